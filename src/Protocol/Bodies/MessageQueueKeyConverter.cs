using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrleansMq.Protocol.Bodies;

/// <summary>Reads a queue where it is a value and, as JSON within a string, where it is a key.</summary>
internal sealed class MessageQueueKeyConverter : JsonConverter<MessageQueueKey>
{
    public override MessageQueueKey Read(
        ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        ToKey(JsonSerializer.Deserialize(ref reader, BodyJsonContext.Instance.MessageQueueParts));

    public override MessageQueueKey ReadAsPropertyName(
        ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        ToKey(JsonSerializer.Deserialize(reader.GetString()!, BodyJsonContext.Instance.MessageQueueParts));

    public override void Write(Utf8JsonWriter writer, MessageQueueKey value, JsonSerializerOptions options)
    {
        var parts = new MessageQueueParts
        {
            BrokerName = value.BrokerName,
            QueueId = value.QueueId,
            Topic = value.Topic,
        };
        JsonSerializer.Serialize(writer, parts, BodyJsonContext.Instance.MessageQueueParts);
    }

    private static MessageQueueKey ToKey(MessageQueueParts? parts) =>
        parts is { Topic.Length: > 0, BrokerName.Length: > 0 }
            ? new MessageQueueKey(parts.Topic, parts.BrokerName, parts.QueueId)
            : throw new JsonException("A message queue with topic, brokerName and queueId is expected.");
}

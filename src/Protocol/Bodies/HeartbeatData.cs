using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace OrleansMq.Protocol.Bodies;

/// <summary>What a client tells a broker every 30 seconds: 34. RocketMQ: HeartbeatData.</summary>
public sealed class HeartbeatData : ICheckedBody
{
    /// <summary>The client.</summary>
    [JsonPropertyName("clientID")]
    public string ClientId
    {
        get;
        set => field = value ?? "";
    } = "";

    /// <summary>The producer groups of the client.</summary>
    public List<ProducerData> ProducerDataSet
    {
        get;
        set => field = BodyValues.WithoutNulls(value);
    } = [];

    /// <summary>The consumer groups of the client.</summary>
    public List<ConsumerData> ConsumerDataSet
    {
        get;
        set => field = BodyValues.WithoutNulls(value);
    } = [];

    /// <summary>Reads a body; false with a sentence for its sender if it is no such body. Never throws.</summary>
    public static bool TryRead(
        ReadOnlySpan<byte> body,
        [NotNullWhen(true)] out HeartbeatData? value,
        [NotNullWhen(false)] out string? problem) =>
        BodyJson.TryRead(body, BodyJsonContext.Instance.HeartbeatData, BodyForm.Standard, out value, out problem);

    /// <summary>Writes the body.</summary>
    public void WriteTo(IBufferWriter<byte> output) =>
        BodyJson.Write(output, this, BodyJsonContext.Instance.HeartbeatData);

    string? ICheckedBody.FindProblem()
    {
        if (ClientId.Length == 0)
            return "The heartbeat has no clientID.";

        foreach (ProducerData producer in ProducerDataSet)
        {
            if (producer.GroupName.Length == 0)
                return "The heartbeat has a producer without groupName.";
        }

        foreach (ConsumerData consumer in ConsumerDataSet)
        {
            if (consumer.GroupName.Length == 0)
                return "The heartbeat has a consumer without groupName.";
            foreach (SubscriptionData subscription in consumer.SubscriptionDataSet)
            {
                if (subscription.Topic.Length == 0)
                    return $"The heartbeat has a subscription of '{consumer.GroupName}' without topic.";
            }
        }

        return null;
    }
}

using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace OrleansMq.Protocol.Bodies;

/// <summary>Names of topics: the answer to 206, 224, 304 and 305. RocketMQ: TopicList.</summary>
public sealed class TopicList
{
    /// <summary>The topics. RocketMQ: topicList.</summary>
    [JsonPropertyName("topicList")]
    public List<string> Topics
    {
        get;
        set => field = BodyValues.WithoutNulls(value);
    } = [];

    /// <summary>A broker that has them; mostly null. RocketMQ: brokerAddr.</summary>
    [JsonPropertyName("brokerAddr")]
    public string? BrokerAddress { get; set; }

    /// <summary>Reads a body; false with a sentence for its sender if it is no such body. Never throws.</summary>
    public static bool TryRead(
        ReadOnlySpan<byte> body,
        [NotNullWhen(true)] out TopicList? value,
        [NotNullWhen(false)] out string? problem) =>
        BodyJson.TryRead(body, BodyJsonContext.Instance.TopicList, BodyForm.Standard, out value, out problem);

    /// <summary>Writes the body.</summary>
    public void WriteTo(IBufferWriter<byte> output) =>
        BodyJson.Write(output, this, BodyJsonContext.Instance.TopicList);
}

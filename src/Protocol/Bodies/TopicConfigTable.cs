using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace OrleansMq.Protocol.Bodies;

/// <summary>The settings of all topics: the answer to 21. RocketMQ: TopicConfigSerializeWrapper.</summary>
public sealed class TopicConfigTable
{
    /// <summary>The settings by topic. RocketMQ: topicConfigTable.</summary>
    [JsonPropertyName("topicConfigTable")]
    public Dictionary<string, TopicConfig> Topics
    {
        get;
        set => field = BodyValues.WithoutNulls(value);
    } = [];

    /// <summary>The version of the table.</summary>
    public DataVersion? DataVersion { get; set; }

    /// <summary>Reads a body; false with a sentence for its sender if it is no such body. Never throws.</summary>
    public static bool TryRead(
        ReadOnlySpan<byte> body,
        [NotNullWhen(true)] out TopicConfigTable? value,
        [NotNullWhen(false)] out string? problem) =>
        BodyJson.TryRead(body, BodyJsonContext.Instance.TopicConfigTable, BodyForm.Standard, out value, out problem);

    /// <summary>Writes the body.</summary>
    public void WriteTo(IBufferWriter<byte> output) =>
        BodyJson.Write(output, this, BodyJsonContext.Instance.TopicConfigTable);
}

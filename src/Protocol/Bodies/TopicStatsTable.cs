using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace OrleansMq.Protocol.Bodies;

/// <summary>The bounds of all queues of a topic: the answer to 202. RocketMQ: TopicStatsTable.</summary>
public sealed class TopicStatsTable
{
    /// <summary>The bounds by queue.</summary>
    public Dictionary<MessageQueueKey, TopicOffset> OffsetTable
    {
        get;
        set => field = BodyValues.WithoutNulls(value);
    } = [];

    /// <summary>Reads a body; false with a sentence for its sender if it is no such body. Never throws.</summary>
    public static bool TryRead(
        ReadOnlySpan<byte> body,
        [NotNullWhen(true)] out TopicStatsTable? value,
        [NotNullWhen(false)] out string? problem) =>
        BodyJson.TryRead(body, BodyJsonContext.Instance.TopicStatsTable, BodyForm.FastJson, out value, out problem);

    /// <summary>Writes the body.</summary>
    public void WriteTo(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.Write("{\"offsetTable\":"u8);
        MessageQueueTable.Write(output, OffsetTable, BodyJsonContext.Instance.TopicOffset);
        output.Write("}"u8);
    }
}

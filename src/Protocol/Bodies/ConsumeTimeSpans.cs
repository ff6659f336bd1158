using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace OrleansMq.Protocol.Bodies;

/// <summary>From when the messages of a topic are, and how far a group came: the answer to 303.</summary>
/// <remarks>RocketMQ: QueryConsumeTimeSpanBody.</remarks>
public sealed class ConsumeTimeSpans
{
    /// <summary>One for each queue. RocketMQ: consumeTimeSpanSet.</summary>
    [JsonPropertyName("consumeTimeSpanSet")]
    public List<QueueTimeSpan> Queues
    {
        get;
        set => field = BodyValues.WithoutNulls(value);
    } = [];

    /// <summary>Reads a body; false with a sentence for its sender if it is no such body. Never throws.</summary>
    public static bool TryRead(
        ReadOnlySpan<byte> body,
        [NotNullWhen(true)] out ConsumeTimeSpans? value,
        [NotNullWhen(false)] out string? problem) =>
        BodyJson.TryRead(body, BodyJsonContext.Instance.ConsumeTimeSpans, BodyForm.Standard, out value, out problem);

    /// <summary>Writes the body.</summary>
    public void WriteTo(IBufferWriter<byte> output) =>
        BodyJson.Write(output, this, BodyJsonContext.Instance.ConsumeTimeSpans);
}

/// <summary>From when the messages of a queue are, Unix milliseconds. RocketMQ: QueueTimeSpan.</summary>
public sealed class QueueTimeSpan
{
    /// <summary>The queue.</summary>
    public MessageQueueKey MessageQueue { get; set; }

    /// <summary>When the oldest message was stored; -1 without one.</summary>
    public long MinTimeStamp { get; set; }

    /// <summary>When the newest message was stored; 0 without one.</summary>
    public long MaxTimeStamp { get; set; }

    /// <summary>When the last message that the group consumed was stored.</summary>
    public long ConsumeTimeStamp { get; set; }

    /// <summary>How long ago the first message that it did not consume was stored; 0 when it consumed all.</summary>
    public long DelayTime { get; set; }
}

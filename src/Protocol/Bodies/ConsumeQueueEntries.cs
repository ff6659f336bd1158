using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace OrleansMq.Protocol.Bodies;

/// <summary>Entries of a queue: the answer to 321. RocketMQ: QueryConsumeQueueResponseBody.</summary>
public sealed class ConsumeQueueEntries
{
    /// <summary>What the group that was asked about subscribes to; null without one.</summary>
    public SubscriptionData? SubscriptionData { get; set; }

    /// <summary>What the group selects by, in words; null without one.</summary>
    public string? FilterData { get; set; }

    /// <summary>The entries; null when there is none at the offset.</summary>
    public List<ConsumeQueueData>? QueueData
    {
        get;
        set => field = value is null ? null : BodyValues.WithoutNulls(value);
    }

    /// <summary>The offset behind the last message.</summary>
    public long MaxQueueIndex { get; set; }

    /// <summary>The offset of the first message that is kept.</summary>
    public long MinQueueIndex { get; set; }

    /// <summary>Reads a body; false with a sentence for its sender if it is no such body. Never throws.</summary>
    public static bool TryRead(
        ReadOnlySpan<byte> body,
        [NotNullWhen(true)] out ConsumeQueueEntries? value,
        [NotNullWhen(false)] out string? problem) => BodyJson.TryRead(
            body, BodyJsonContext.Instance.ConsumeQueueEntries, BodyForm.Standard, out value, out problem);

    /// <summary>Writes the body.</summary>
    public void WriteTo(IBufferWriter<byte> output) =>
        BodyJson.Write(output, this, BodyJsonContext.Instance.ConsumeQueueEntries);
}

using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace OrleansMq.Protocol.Bodies;

/// <summary>How far a group is in all queues: the answer to 208. RocketMQ: ConsumeStats.</summary>
public sealed class ConsumeStats
{
    /// <summary>Messages consumed per second.</summary>
    public double ConsumeTps { get; set; }

    /// <summary>The progress by queue.</summary>
    public Dictionary<MessageQueueKey, OffsetWrapper> OffsetTable
    {
        get;
        set => field = BodyValues.WithoutNulls(value);
    } = [];

    /// <summary>Reads a body; false with a sentence for its sender if it is no such body. Never throws.</summary>
    public static bool TryRead(
        ReadOnlySpan<byte> body,
        [NotNullWhen(true)] out ConsumeStats? value,
        [NotNullWhen(false)] out string? problem) =>
        BodyJson.TryRead(body, BodyJsonContext.Instance.ConsumeStats, BodyForm.FastJson, out value, out problem);

    /// <summary>Writes the body.</summary>
    public void WriteTo(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.Write("{\"consumeTps\":"u8);
        BodyJson.Write(output, ConsumeTps, BodyJsonContext.Instance.Double);
        output.Write(",\"offsetTable\":"u8);
        MessageQueueTable.Write(output, OffsetTable, BodyJsonContext.Instance.OffsetWrapper);
        output.Write("}"u8);
    }
}

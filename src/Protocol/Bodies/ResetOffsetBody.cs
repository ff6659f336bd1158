using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace OrleansMq.Protocol.Bodies;

/// <summary>Offsets to go to: the body of 220 and the answer to 222. RocketMQ: ResetOffsetBody.</summary>
public sealed class ResetOffsetBody
{
    /// <summary>The offsets by queue.</summary>
    public Dictionary<MessageQueueKey, long> OffsetTable
    {
        get;
        set => field = BodyValues.WithoutNulls(value);
    } = [];

    /// <summary>Reads a body; false with a sentence for its sender if it is no such body. Never throws.</summary>
    public static bool TryRead(
        ReadOnlySpan<byte> body,
        [NotNullWhen(true)] out ResetOffsetBody? value,
        [NotNullWhen(false)] out string? problem) =>
        BodyJson.TryRead(body, BodyJsonContext.Instance.ResetOffsetBody, BodyForm.FastJson, out value, out problem);

    /// <summary>Writes the body.</summary>
    public void WriteTo(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.Write("{\"offsetTable\":"u8);
        MessageQueueTable.Write(output, OffsetTable, BodyJsonContext.Instance.Int64);
        output.Write("}"u8);
    }
}

using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace OrleansMq.Protocol.Bodies;

/// <summary>Popped messages to be acknowledged: 200151. RocketMQ: BatchAckMessageRequestBody.</summary>
public sealed class BatchAckBody
{
    /// <summary>The broker.</summary>
    public string? BrokerName { get; set; }

    /// <summary>The messages, an item for each queue and pop.</summary>
    public List<BatchAck> Acks
    {
        get;
        set => field = BodyValues.WithoutNulls(value);
    } = [];

    /// <summary>Reads a body; false with a sentence for its sender if it is no such body. Never throws.</summary>
    public static bool TryRead(
        ReadOnlySpan<byte> body,
        [NotNullWhen(true)] out BatchAckBody? value,
        [NotNullWhen(false)] out string? problem) =>
        BodyJson.TryRead(body, BodyJsonContext.Instance.BatchAckBody, BodyForm.Standard, out value, out problem);

    /// <summary>Writes the body.</summary>
    public void WriteTo(IBufferWriter<byte> output) =>
        BodyJson.Write(output, this, BodyJsonContext.Instance.BatchAckBody);
}

using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace OrleansMq.Protocol.Bodies;

/// <summary>The queues that are now locked by the client: the answer to 41. RocketMQ: LockBatchResponseBody.</summary>
public sealed class LockBatchResponse
{
    /// <summary>The queues.</summary>
    [JsonPropertyName("lockOKMQSet")]
    public List<MessageQueueKey> LockOkMqSet
    {
        get;
        set => field = BodyValues.WithoutNulls(value);
    } = [];

    /// <summary>Reads a body; false with a sentence for its sender if it is no such body. Never throws.</summary>
    public static bool TryRead(
        ReadOnlySpan<byte> body,
        [NotNullWhen(true)] out LockBatchResponse? value,
        [NotNullWhen(false)] out string? problem) =>
        BodyJson.TryRead(body, BodyJsonContext.Instance.LockBatchResponse, BodyForm.Standard, out value, out problem);

    /// <summary>Writes the body.</summary>
    public void WriteTo(IBufferWriter<byte> output) =>
        BodyJson.Write(output, this, BodyJsonContext.Instance.LockBatchResponse);
}

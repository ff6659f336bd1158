using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace OrleansMq.Protocol.Bodies;

/// <summary>
/// Queues to be locked or released for ordered consumption: 41 and 42. RocketMQ: LockBatchRequestBody.
/// </summary>
public sealed class LockBatchBody : ICheckedBody
{
    /// <summary>The consumer's group.</summary>
    public string ConsumerGroup
    {
        get;
        set => field = value ?? "";
    } = "";

    /// <summary>The client.</summary>
    public string ClientId
    {
        get;
        set => field = value ?? "";
    } = "";

    /// <summary>Whether a leader is not to ask its followers (5.x).</summary>
    public bool OnlyThisBroker { get; set; }

    /// <summary>The queues. RocketMQ: mqSet.</summary>
    public List<MessageQueueKey> MqSet
    {
        get;
        set => field = BodyValues.WithoutNulls(value);
    } = [];

    /// <summary>Reads a body; false with a sentence for its sender if it is no such body. Never throws.</summary>
    public static bool TryRead(
        ReadOnlySpan<byte> body,
        [NotNullWhen(true)] out LockBatchBody? value,
        [NotNullWhen(false)] out string? problem) =>
        BodyJson.TryRead(body, BodyJsonContext.Instance.LockBatchBody, BodyForm.Standard, out value, out problem);

    /// <summary>Writes the body.</summary>
    public void WriteTo(IBufferWriter<byte> output) =>
        BodyJson.Write(output, this, BodyJsonContext.Instance.LockBatchBody);

    string? ICheckedBody.FindProblem()
    {
        if (ConsumerGroup.Length == 0)
            return "The lock request has no consumerGroup.";
        return ClientId.Length == 0 ? "The lock request has no clientId." : null;
    }
}

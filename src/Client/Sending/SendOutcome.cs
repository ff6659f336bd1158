namespace OrleansMq.Client.Sending;

/// <summary>Where a message was stored.</summary>
/// <param name="Status">How safe it is.</param>
/// <param name="QueueId">The queue that took it.</param>
/// <param name="QueueOffset">Its place in that queue; for a delayed message, where it waits.</param>
/// <param name="MessageId">The identifier that the client gave. RocketMQ: msgId, UNIQ_KEY.</param>
/// <param name="OffsetMessageId">The identifier that the broker gave. RocketMQ: offsetMsgId.</param>
public readonly record struct SendOutcome(
    SendStatus Status, int QueueId, long QueueOffset, string MessageId, string OffsetMessageId)
{
    /// <summary>By what a delayed message is called back; null for others.</summary>
    public string? RecallHandle { get; init; }

    /// <summary>The transaction that a half message began; null for others.</summary>
    public string? TransactionId { get; init; }
}

namespace OrleansMq.Client.Sending;

/// <summary>Where the messages of a batch were stored: one behind the other in one queue.</summary>
/// <param name="Status">How safe they are.</param>
/// <param name="QueueId">The queue that took them.</param>
/// <param name="FirstQueueOffset">The place of the first one in that queue.</param>
/// <param name="OffsetMessageIds">The identifiers that the broker gave, in the order of the batch.</param>
public readonly record struct BatchOutcome(
    SendStatus Status, int QueueId, long FirstQueueOffset, IReadOnlyList<string> OffsetMessageIds);

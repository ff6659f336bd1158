namespace OrleansMq.Broker.Deduplication;

/// <summary>Where a message is that was published, as its sender was told.</summary>
/// <param name="PhysicalOffset">The record's place in the log.</param>
/// <param name="EndOffset">A position that must be on disk for the message to be.</param>
/// <param name="QueueId">The queue.</param>
/// <param name="QueueOffset">The place in the queue, of the schedule topic if the message waits.</param>
/// <param name="StoredMilliseconds">When it was stored, Unix milliseconds.</param>
/// <param name="WindowMilliseconds">For how long its id is remembered.</param>
/// <param name="IsParked">Whether it was stored to be delivered later.</param>
public readonly record struct PublishedMessage(
    long PhysicalOffset, long EndOffset, int QueueId, long QueueOffset, long StoredMilliseconds,
    long WindowMilliseconds, bool IsParked)
{
    /// <summary>When its id is forgotten, Unix milliseconds.</summary>
    public long ExpiresMilliseconds => StoredMilliseconds + WindowMilliseconds;
}

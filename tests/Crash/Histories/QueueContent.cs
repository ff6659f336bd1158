namespace OrleansMq.Crash.Tests.Histories;

/// <summary>A message that was read.</summary>
public readonly record struct StoredMessage(string Id, long Offset, ulong BodyHash, DateTimeOffset StoreTime);

/// <summary>What a queue gave when it was read from its beginning to its end.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="QueueId">The queue.</param>
/// <param name="MinOffset">The first offset that it says it has.</param>
/// <param name="MaxOffset">The offset behind the last one that it says it has.</param>
/// <param name="Messages">What it gave, as it came.</param>
public sealed record QueueContent(
    string Topic, int QueueId, long MinOffset, long MaxOffset, IReadOnlyList<StoredMessage> Messages)
{
    public override string ToString() => $"{Topic}/{QueueId}";
}

using OrleansMq.Broker.ConsumerGroups;

namespace OrleansMq.Broker.Clustering;

/// <summary>How far a group consumed a queue of a broker.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="QueueId">The queue, 0 and up.</param>
/// <param name="Offset">The offset of the next message to consume, 0 and up.</param>
/// <param name="Resets">
/// How often the queue was set back or reset: an offset with more resets is the newer one, whatever its height.
/// </param>
public readonly record struct QueueProgress(string Topic, int QueueId, long Offset, long Resets = 0);

/// <summary>What a broker reports of the offsets of its queues.</summary>
/// <param name="RemovedTopics">Topics whose offsets were forgotten before anything else.</param>
/// <param name="Progress">The offsets that changed.</param>
public sealed record OffsetChanges(IReadOnlyList<string> RemovedTopics, IReadOnlyList<QueueProgress> Progress)
{
    /// <summary>Whether there is nothing to report.</summary>
    public bool IsEmpty => RemovedTopics.Count == 0 && Progress.Count == 0;
}

/// <summary>
/// How far a group consumed each queue of each broker. The broker that owns a queue decides about its offset and
/// reports it here, where it outlives the broker's machine. Not thread-safe.
/// </summary>
public sealed class ClusterOffsets(BrokerOptions options)
{
    private readonly SortedDictionary<string, CommittedOffsets> _brokers = new(StringComparer.Ordinal);

    /// <summary>The brokers with an offset, sorted.</summary>
    public IEnumerable<string> Brokers => _brokers.Keys;

    /// <summary>The committed offset of a queue, or null.</summary>
    public long? Query(string brokerName, string topic, int queueId) =>
        _brokers.GetValueOrDefault(brokerName)?.Query(topic, queueId);

    /// <summary>All offsets of a broker's queues.</summary>
    public IReadOnlyList<QueueProgress> OfBroker(string brokerName) =>
        _brokers.TryGetValue(brokerName, out CommittedOffsets? offsets) ? offsets.All : [];

    /// <summary>Takes over what the owner of the queues committed, forth or back; whether something changed.</summary>
    public bool Report(string brokerName, OffsetChanges changes)
    {
        CommittedOffsets offsets = Of(brokerName);
        long before = offsets.Revision;
        foreach (string topic in changes.RemovedTopics)
            offsets.RemoveTopic(topic);
        foreach (QueueProgress queue in changes.Progress)
        {
            // A report that was overtaken by one from behind a reset must not undo that.
            if (queue.Resets >= offsets.ResetsOf(queue.Topic, queue.QueueId))
                offsets.Restore(queue);
        }

        return offsets.Revision != before;
    }

    /// <summary>
    /// Takes in what a broker knows that has just started. Its file and what is known here each lag behind the last
    /// commit, so that the higher offset of the two is the right one, and the one that was reset more often; afterwards
    /// both sides have it.
    /// </summary>
    public IReadOnlyList<QueueProgress> Attach(string brokerName, OffsetChanges known)
    {
        CommittedOffsets offsets = Of(brokerName);
        foreach (string topic in known.RemovedTopics)
            offsets.RemoveTopic(topic);
        foreach (QueueProgress queue in known.Progress)
            offsets.Merge(queue);
        return offsets.All;
    }

    private CommittedOffsets Of(string brokerName)
    {
        if (!_brokers.TryGetValue(brokerName, out CommittedOffsets? offsets))
            _brokers.Add(brokerName, offsets = new CommittedOffsets(options));
        return offsets;
    }
}

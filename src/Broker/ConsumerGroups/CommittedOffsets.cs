using System.Collections.ObjectModel;

namespace OrleansMq.Broker.ConsumerGroups;

/// <summary>What became of a commit.</summary>
public enum CommitStatus
{
    /// <summary>The offset is the new one.</summary>
    Committed,

    /// <summary>The offset was the same already.</summary>
    Unchanged,

    /// <summary>The offset is negative, which clients send for "unknown"; nothing changed.</summary>
    IgnoredNegative,

    /// <summary>A higher offset was committed before; nothing changed.</summary>
    IgnoredLower,

    /// <summary>The group has as many queues as it may have, or the queue id is negative; nothing changed.</summary>
    Refused,
}

/// <summary>How far a group consumed each queue: the offset of the next message to consume. Not thread-safe.</summary>
public sealed class CommittedOffsets
{
    private readonly SortedList<string, SortedList<int, long>> _topics = new(StringComparer.Ordinal);
    private readonly int _maxQueues;

    /// <summary>Starts without an offset.</summary>
    public CommittedOffsets(BrokerOptions options) => _maxQueues = options.MaxCommittedQueuesPerGroup;

    /// <summary>Grows with every change: what was persisted is up to date while the revision is the same.</summary>
    public long Revision { get; private set; }

    /// <summary>How many queues have an offset.</summary>
    public int Count { get; private set; }

    /// <summary>The topics with an offset, sorted.</summary>
    public IReadOnlyList<string> Topics => _topics.Keys.AsReadOnly();

    /// <summary>The offsets of a topic by queue id, ascending; empty when there are none.</summary>
    public IReadOnlyDictionary<int, long> OfTopic(string topic) =>
        _topics.TryGetValue(topic, out SortedList<int, long>? queues)
            ? queues.AsReadOnly()
            : ReadOnlyDictionary<int, long>.Empty;

    /// <summary>The committed offset of a queue, or null.</summary>
    public long? Query(string topic, int queueId) =>
        _topics.TryGetValue(topic, out SortedList<int, long>? queues) && queues.TryGetValue(queueId, out long offset)
            ? offset
            : null;

    /// <summary>Commits an offset, if it is not below the one that was committed or may go back.</summary>
    public CommitStatus Commit(string topic, int queueId, long offset, bool mayGoBack)
    {
        if (offset < 0)
            return CommitStatus.IgnoredNegative;
        return Query(topic, queueId) is { } current && offset < current && !mayGoBack
            ? CommitStatus.IgnoredLower
            : Store(topic, queueId, offset);
    }

    /// <summary>Sets an offset as an operator asks for it, forth or back.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The offset is negative.</exception>
    public CommitStatus Reset(string topic, int queueId, long offset)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        return Store(topic, queueId, offset);
    }

    /// <summary>Forgets a topic and returns how many offsets it had.</summary>
    public int RemoveTopic(string topic)
    {
        if (!_topics.Remove(topic, out SortedList<int, long>? queues))
            return 0;

        Count -= queues.Count;
        Revision++;
        return queues.Count;
    }

    private CommitStatus Store(string topic, int queueId, long offset)
    {
        long? current = Query(topic, queueId);
        if (current == offset)
            return CommitStatus.Unchanged;
        if (queueId < 0 || (current is null && Count >= _maxQueues))
            return CommitStatus.Refused;

        if (!_topics.TryGetValue(topic, out SortedList<int, long>? queues))
            _topics.Add(topic, queues = []);
        queues[queueId] = offset;
        Count += current is null ? 1 : 0;
        Revision++;
        return CommitStatus.Committed;
    }
}

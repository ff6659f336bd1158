using System.Collections.ObjectModel;
using OrleansMq.Broker.Clustering;

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
    private readonly HashSet<(string Topic, int QueueId)> _changed = [];
    private readonly HashSet<string> _removed = new(StringComparer.Ordinal);
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

    /// <summary>All offsets; those of one topic stand together.</summary>
    public IReadOnlyList<QueueProgress> All =>
    [
        .. from topic in _topics
           from queue in topic.Value
           select new QueueProgress(topic.Key, queue.Key, queue.Value),
    ];

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

    /// <summary>
    /// What changed since the last call, or since the start: at most one offset for each queue, and the topics that
    /// were forgotten, which come first.
    /// </summary>
    public OffsetChanges TakeChanges()
    {
        var progress = new List<QueueProgress>(_changed.Count);
        foreach ((string topic, int queueId) in _changed)
        {
            if (Query(topic, queueId) is { } offset)
                progress.Add(new QueueProgress(topic, queueId, offset));
        }

        var changes = new OffsetChanges([.. _removed], [.. progress]);
        _changed.Clear();
        _removed.Clear();
        return changes;
    }

    /// <summary>Counts what was taken as changed again, because it could not be passed on.</summary>
    public void GiveBack(OffsetChanges changes)
    {
        _changed.UnionWith(changes.Progress.Select(queue => (queue.Topic, queue.QueueId)));
        _removed.UnionWith(changes.RemovedTopics);
    }

    /// <summary>Forgets a topic and returns how many offsets it had.</summary>
    public int RemoveTopic(string topic)
    {
        if (!_topics.Remove(topic, out SortedList<int, long>? queues))
            return 0;

        Count -= queues.Count;
        Revision++;
        _removed.Add(topic);
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
        _changed.Add((topic, queueId));
        Count += current is null ? 1 : 0;
        Revision++;
        return CommitStatus.Committed;
    }
}

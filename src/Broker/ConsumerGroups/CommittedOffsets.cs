using System.Collections.ObjectModel;
using OrleansMq.Broker.Clustering;
using OrleansMq.Broker.Offsets;

namespace OrleansMq.Broker.ConsumerGroups;

/// <summary>
/// How far a group consumed each queue: the offset of the next message to consume. It grows, unless it is set
/// otherwise. Not thread-safe.
/// </summary>
public sealed class CommittedOffsets
{
    private readonly SortedList<string, SortedList<int, long>> _topics = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Topic, int QueueId), long> _resets = [];
    private readonly Dictionary<(string Topic, int QueueId), ResetGuard> _guards = [];
    private readonly HashSet<(string Topic, int QueueId)> _changed = [];
    private readonly HashSet<string> _removed = new(StringComparer.Ordinal);
    private readonly int _maxQueues;

    /// <summary>Starts without an offset.</summary>
    public CommittedOffsets(BrokerOptions options) => _maxQueues = options.MaxCommittedQueuesPerGroup;

    /// <summary>Grows with every change: what was persisted is up to date while the revision is the same.</summary>
    public long Revision { get; private set; }

    /// <summary>How many queues have an offset.</summary>
    public int Count { get; private set; }

    /// <summary>How many queues have readers that must be told apart after a reset.</summary>
    public int GuardCount => _guards.Count;

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
           select new QueueProgress(topic.Key, queue.Key, queue.Value, ResetsOf(topic.Key, queue.Key)),
    ];

    /// <summary>The queues that were reset; those of one topic stand together.</summary>
    public IReadOnlyList<QueueReset> Resets =>
    [
        .. from reset in _resets
           orderby reset.Key.Topic, reset.Key.QueueId
           select new QueueReset(
               reset.Key.Topic, reset.Key.QueueId, reset.Value, _guards.GetValueOrDefault(reset.Key)?.Mark),
    ];

    /// <summary>The committed offset of a queue, or null.</summary>
    public long? Query(string topic, int queueId) =>
        _topics.TryGetValue(topic, out SortedList<int, long>? queues) && queues.TryGetValue(queueId, out long offset)
            ? offset
            : null;

    /// <summary>Whether each of some queues of a topic has an offset or may have one.</summary>
    public bool HasRoom(string topic, IReadOnlyCollection<int> queueIds)
    {
        int missing = queueIds.Count(queueId => Query(topic, queueId) is null);
        return missing == 0 || Count + missing <= _maxQueues;
    }

    /// <summary>Commits an offset, if it is not below the one that was committed or may go back.</summary>
    public CommitStatus Commit(string topic, int queueId, long offset, bool mayGoBack)
    {
        if (offset < 0)
            return CommitStatus.IgnoredNegative;
        if (Query(topic, queueId) is not { } current || offset >= current)
            return Store(topic, queueId, offset);
        if (!mayGoBack)
            return CommitStatus.IgnoredLower;

        CountReset(topic, queueId);
        return Store(topic, queueId, offset);
    }

    /// <summary>
    /// The same for a client, whose offset may be from before a reset, or from before messages were lost or deleted
    /// that it had consumed: then others that it has not seen stand, or will stand, in their places.
    /// </summary>
    /// <param name="topic">The topic.</param>
    /// <param name="queueId">The queue.</param>
    /// <param name="offset">The offset.</param>
    /// <param name="end">The queue's end.</param>
    /// <param name="mayGoBack">Whether it may be lower than what was committed.</param>
    /// <param name="nowMilliseconds">The time, Unix milliseconds.</param>
    public CommitStatus CommitOfClient(
        string topic, int queueId, long offset, long end, bool mayGoBack, long nowMilliseconds)
    {
        if (offset > end)
            return CommitStatus.IgnoredBeyondEnd;
        return FindGuard(topic, queueId, nowMilliseconds) is { } guard && offset >= 0 && !guard.Admits(offset)
            ? CommitStatus.IgnoredBeforeReset
            : Commit(topic, queueId, offset, mayGoBack);
    }

    /// <summary>Sets an offset as an operator asks for it, forth or back.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="queueId">The queue, 0 and up.</param>
    /// <param name="mark">The offset, and how to tell readers from before the reset.</param>
    /// <exception cref="ArgumentOutOfRangeException">The offset is negative.</exception>
    public CommitStatus Reset(string topic, int queueId, ResetMark mark)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(mark.Start);
        CommitStatus status = Store(topic, queueId, mark.Start);
        if (status == CommitStatus.Refused)
            return status;

        CountReset(topic, queueId);
        Revision++;

        // In a queue that never had a message nobody can be anywhere else.
        if (mark.End > 0)
            _guards[(topic, queueId)] = new ResetGuard(mark, mark.Start);
        return CommitStatus.Committed;
    }

    /// <summary>Where a client that reads at an offset must be sent, since a reset; null when it is right.</summary>
    public long? Redirect(string topic, int queueId, long offset, long nowMilliseconds) =>
        FindGuard(topic, queueId, nowMilliseconds) is { } guard && !guard.Admits(offset)
            ? Query(topic, queueId)
            : null;

    /// <summary>A client that read at an offset was answered, and may go on at the next one.</summary>
    public void HandOut(string topic, int queueId, long offset, long nextOffset) =>
        _guards.GetValueOrDefault((topic, queueId))?.HandOut(offset, nextOffset);

    /// <summary>Takes over an offset as it was stored or decided elsewhere, forth or back.</summary>
    public CommitStatus Restore(QueueProgress queue)
    {
        CommitStatus status = Store(queue.Topic, queue.QueueId, queue.Offset);
        if (status == CommitStatus.Refused || queue.Resets == ResetsOf(queue.Topic, queue.QueueId))
            return status;

        _resets[(queue.Topic, queue.QueueId)] = queue.Resets;
        Revision++;
        return CommitStatus.Committed;
    }

    /// <summary>Takes over what was stored of a queue's resets, beside its offset.</summary>
    public void Restore(QueueReset reset)
    {
        _resets[(reset.Topic, reset.QueueId)] = reset.Count;
        if (reset.Mark is { } mark)
            _guards[(reset.Topic, reset.QueueId)] = new ResetGuard(mark, Query(reset.Topic, reset.QueueId) ?? 0);
    }

    /// <summary>
    /// Takes over an offset if it is further than the own: what was reset more often is, and else the higher one.
    /// </summary>
    public void Merge(QueueProgress queue)
    {
        long resets = ResetsOf(queue.Topic, queue.QueueId);
        if (queue.Resets > resets || (queue.Resets == resets && !(queue.Offset < Query(queue.Topic, queue.QueueId))))
            Restore(queue);
    }

    /// <summary>How often a queue was set back or reset.</summary>
    public long ResetsOf(string topic, int queueId) => _resets.GetValueOrDefault((topic, queueId));

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
                progress.Add(new QueueProgress(topic, queueId, offset, ResetsOf(topic, queueId)));
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

        foreach (int queueId in queues.Keys)
        {
            _resets.Remove((topic, queueId));
            _guards.Remove((topic, queueId));
        }

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

    private void CountReset(string topic, int queueId)
    {
        _resets[(topic, queueId)] = ResetsOf(topic, queueId) + 1;
        _changed.Add((topic, queueId));
    }

    private ResetGuard? FindGuard(string topic, int queueId, long nowMilliseconds)
    {
        if (!_guards.TryGetValue((topic, queueId), out ResetGuard? guard))
            return null;
        if (!guard.IsOver(nowMilliseconds))
            return guard;

        _guards.Remove((topic, queueId));
        Revision++;
        return null;
    }
}

using OrleansMq.Protocol.Bodies;

namespace OrleansMq.Broker.ConsumerGroups;

/// <summary>
/// Which member of a group may consume which queue in order. A lock has one owner, ends when it is not renewed in
/// time, and may be taken again by its owner at any moment. RocketMQ: <c>RebalanceLockManager</c>. Not thread-safe.
/// </summary>
public sealed class QueueLocks
{
    private readonly Dictionary<MessageQueueKey, QueueLock> _locks = [];
    private readonly long _expiryMilliseconds;
    private readonly int _maxLocks;

    /// <summary>Starts without a lock.</summary>
    public QueueLocks(BrokerOptions options)
    {
        _expiryMilliseconds = (long)options.QueueLockExpiry.TotalMilliseconds;
        _maxLocks = options.MaxQueueLocksPerGroup;
    }

    /// <summary>How many locks are kept, those that ended unnoticed included.</summary>
    public int Count => _locks.Count;

    /// <summary>
    /// Locks what can be locked for a client and renews what it holds already.
    /// </summary>
    /// <returns>
    /// The queues that the client holds now, in the order asked for, each once; the rest is not to be
    /// had.
    /// </returns>
    public IReadOnlyList<MessageQueueKey> Lock(
        string clientId, IEnumerable<MessageQueueKey> queues, long nowMilliseconds)
    {
        var locked = new List<MessageQueueKey>();
        foreach (MessageQueueKey queue in queues.Distinct())
        {
            bool isKept = _locks.TryGetValue(queue, out QueueLock current);
            bool isOthers = isKept && current.ClientId != clientId && !IsExpired(current, nowMilliseconds);
            if (isOthers || (!isKept && !HasRoom(nowMilliseconds)))
                continue;

            _locks[queue] = new QueueLock(clientId, nowMilliseconds);
            locked.Add(queue);
        }

        return locked;
    }

    /// <summary>Gives up the queues that the client holds; those of others stay locked.</summary>
    public void Unlock(string clientId, IEnumerable<MessageQueueKey> queues)
    {
        foreach (MessageQueueKey queue in queues)
        {
            if (_locks.TryGetValue(queue, out QueueLock current) && current.ClientId == clientId)
                _locks.Remove(queue);
        }
    }

    /// <summary>Gives up all queues of a client and returns them.</summary>
    public IReadOnlyList<MessageQueueKey> Release(string clientId)
    {
        MessageQueueKey[] released = [.. from pair in _locks where pair.Value.ClientId == clientId select pair.Key];
        foreach (MessageQueueKey queue in released)
            _locks.Remove(queue);
        return released;
    }

    /// <summary>The client that holds a queue, or null.</summary>
    public string? OwnerOf(MessageQueueKey queue, long nowMilliseconds) =>
        _locks.TryGetValue(queue, out QueueLock current) && !IsExpired(current, nowMilliseconds)
            ? current.ClientId
            : null;

    /// <summary>Forgets the locks that were not renewed in time.</summary>
    public void RemoveExpired(long nowMilliseconds)
    {
        foreach ((MessageQueueKey queue, QueueLock current) in _locks)
        {
            if (IsExpired(current, nowMilliseconds))
                _locks.Remove(queue);
        }
    }

    /// <summary>Forgets the locks on a topic.</summary>
    public void RemoveTopic(string topic)
    {
        foreach (MessageQueueKey queue in _locks.Keys)
        {
            if (queue.Topic == topic)
                _locks.Remove(queue);
        }
    }

    /// <summary>All locks, those that ended unnoticed included.</summary>
    public IReadOnlyList<LockedQueue> Snapshot() =>
        [.. _locks.Select(pair => new LockedQueue(pair.Key, pair.Value.ClientId))];

    /// <summary>Takes over locks in place of its own; each counts as renewed now.</summary>
    public void Restore(IEnumerable<LockedQueue> locks, long nowMilliseconds)
    {
        _locks.Clear();
        foreach (LockedQueue locked in locks)
            _locks[locked.Queue] = new QueueLock(locked.ClientId, nowMilliseconds);
    }

    private bool HasRoom(long nowMilliseconds)
    {
        if (_locks.Count >= _maxLocks)
            RemoveExpired(nowMilliseconds);
        return _locks.Count < _maxLocks;
    }

    private bool IsExpired(QueueLock current, long nowMilliseconds) =>
        nowMilliseconds - current.RenewedMilliseconds > _expiryMilliseconds;

    private readonly record struct QueueLock(string ClientId, long RenewedMilliseconds);
}

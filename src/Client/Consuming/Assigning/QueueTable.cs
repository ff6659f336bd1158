using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using OrleansMq.Client.Consuming.Queues;
using OrleansMq.Protocol.Bodies;

namespace OrleansMq.Client.Consuming.Assigning;

/// <summary>The queues that this member has. Thread-safe.</summary>
internal sealed class QueueTable
{
    private readonly ConcurrentDictionary<MessageQueueKey, AssignedQueue> _queues = new();

    /// <summary>All of them, as they are now.</summary>
    public IReadOnlyCollection<AssignedQueue> All => [.. _queues.Values];

    /// <summary>Finds one.</summary>
    public bool TryFind(MessageQueueKey key, [NotNullWhen(true)] out AssignedQueue? queue) =>
        _queues.TryGetValue(key, out queue);

    /// <summary>Adds one.</summary>
    public void Add(AssignedQueue queue) => _queues[queue.Key] = queue;

    /// <summary>Takes one out.</summary>
    public void Remove(AssignedQueue queue) => _queues.TryRemove(KeyValuePair.Create(queue.Key, queue));
}

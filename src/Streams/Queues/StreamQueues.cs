using System.Collections.Concurrent;
using OrleansMq.Streams.Diagnostics;

namespace OrleansMq.Streams.Queues;

/// <summary>The queues that agents of a provider read on this silo. Thread-safe.</summary>
internal sealed class StreamQueues : IDisposable
{
    private const int MaxWaiting = 10_000;

    private readonly ConcurrentDictionary<StreamQueueId, StreamQueue> _queues = new();
    private readonly ConcurrentDictionary<(StreamQueueId Queue, StreamId Stream), bool> _waiting = new();

    public IEnumerable<StreamQueue> All => _queues.Values;

    public StreamQueue? Find(StreamQueueId id) => _queues.GetValueOrDefault(id);

    /// <summary>Takes the place of whoever read the queue before.</summary>
    public void Add(StreamQueue queue)
    {
        _queues[queue.Log.Id] = queue;
        foreach ((StreamQueueId id, StreamId stream) in _waiting.Keys.Where(waiting => waiting.Queue == queue.Log.Id))
        {
            if (_waiting.TryRemove((id, stream), out _))
                queue.Wake(stream);
        }
    }

    public void Dispose() => StreamMeter.Forget(this);

    public void Remove(StreamQueue queue) =>
        _queues.TryRemove(new KeyValuePair<StreamQueueId, StreamQueue>(queue.Log.Id, queue));

    /// <summary>Has the agent of a queue look at a stream, now or as soon as there is one.</summary>
    public void Wake(StreamQueueId id, StreamId stream)
    {
        if (_waiting.Count < MaxWaiting)
            _waiting[(id, stream)] = true;
        if (Find(id) is { } queue && _waiting.TryRemove((id, stream), out _))
            queue.Wake(stream);
    }
}

using System.Diagnostics.CodeAnalysis;
using OrleansMq.Storage.ConsumeQueues;
using OrleansMq.Storage.Dispatching;

namespace OrleansMq.Broker.Pulling;

/// <summary>
/// Pulls that wait for a message. The dispatcher marks those of a queue as ready; whoever pumped it serves them
/// afterwards, outside of its lock. Thread-safe.
/// </summary>
internal sealed class LongPolls : IArrivalListener
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ConsumeQueue, List<HeldPull>> _held = [];
    private readonly Queue<HeldPull> _ready = [];
    private int _heldCount;
    private int _readyCount;

    /// <summary>How many pulls wait for a message.</summary>
    public int Count => Volatile.Read(ref _heldCount);

    public void OnArrival(ConsumeQueue queue, long queueOffset, long tagsCode)
    {
        // The message must be visible before the count is read: a pull that is being held right now looks at both in
        // the opposite order.
        Interlocked.MemoryBarrier();
        if (Count == 0)
            return;

        lock (_lock)
        {
            if (_held.TryGetValue(queue, out List<HeldPull>? pulls))
                MoveMatching(pulls, tagsCode);
        }
    }

    /// <summary>Lets a pull wait; one whose message came meanwhile is ready at once.</summary>
    public void Hold(HeldPull pull)
    {
        lock (_lock)
        {
            if (!_held.TryGetValue(pull.Queue, out List<HeldPull>? pulls))
                _held.Add(pull.Queue, pulls = []);
            pulls.Add(pull);
            Interlocked.Increment(ref _heldCount);
            if (pull.Queue.MaxOffset > pull.Offset)
                MakeReady(pulls, pulls.Count - 1);
        }
    }

    /// <summary>Takes a pull whose queue has a message for it.</summary>
    public bool TryTakeReady([NotNullWhen(true)] out HeldPull? pull)
    {
        pull = null;
        if (Volatile.Read(ref _readyCount) == 0)
            return false;

        lock (_lock)
        {
            if (!_ready.TryDequeue(out pull))
                return false;

            _readyCount = _ready.Count;
            return true;
        }
    }

    /// <summary>Takes the pulls that have waited long enough, and those that nobody waits for any more.</summary>
    public IReadOnlyList<HeldPull> TakeExpired(long nowMilliseconds)
    {
        var expired = new List<HeldPull>();
        lock (_lock)
        {
            foreach ((ConsumeQueue queue, List<HeldPull> pulls) in _held)
            {
                int before = expired.Count;
                expired.AddRange(pulls.Where(pull => pull.DeadlineMilliseconds <= nowMilliseconds || pull.IsAbandoned));
                if (expired.Count > before)
                    pulls.RemoveAll(pull => pull.DeadlineMilliseconds <= nowMilliseconds || pull.IsAbandoned);
                if (pulls.Count == 0)
                    _held.Remove(queue);
            }

            Interlocked.Add(ref _heldCount, -expired.Count);
        }

        return expired;
    }

    /// <summary>Takes the pulls of a queue that a caller picks.</summary>
    public IReadOnlyList<HeldPull> Take(ConsumeQueue queue, Predicate<HeldPull> isWanted)
    {
        lock (_lock)
        {
            if (!_held.TryGetValue(queue, out List<HeldPull>? pulls))
                return [];

            List<HeldPull> taken = pulls.FindAll(isWanted);
            pulls.RemoveAll(isWanted);
            if (pulls.Count == 0)
                _held.Remove(queue);
            Interlocked.Add(ref _heldCount, -taken.Count);
            return taken;
        }
    }

    private void MoveMatching(List<HeldPull> pulls, long tagsCode)
    {
        for (int index = pulls.Count - 1; index >= 0; index--)
        {
            if (pulls[index].Filter?.MatchesTagsCode(tagsCode) != false)
                MakeReady(pulls, index);
        }
    }

    private void MakeReady(List<HeldPull> pulls, int index)
    {
        _ready.Enqueue(pulls[index]);
        pulls[index] = pulls[^1];
        pulls.RemoveAt(pulls.Count - 1);
        Interlocked.Decrement(ref _heldCount);
        Volatile.Write(ref _readyCount, _ready.Count);
    }
}

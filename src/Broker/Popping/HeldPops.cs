using System.Diagnostics.CodeAnalysis;
using OrleansMq.Storage.ConsumeQueues;
using OrleansMq.Storage.Dispatching;

namespace OrleansMq.Broker.Popping;

/// <summary>
/// Pops that wait for a message. A message wakes one of each group; whoever pumped the dispatcher tries those that are
/// ready afterwards, outside of its lock. What comes while one is being tried has it tried again. One that ends wakes
/// the next, whatever it was answered: it may have left more than it took, or not have looked at what came meanwhile.
/// That goes on until one finds nothing. Thread-safe.
/// </summary>
internal sealed class HeldPops : IArrivalListener
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Dictionary<string, List<HeldPop>>> _topics = new(StringComparer.Ordinal);
    private readonly Queue<HeldPop> _ready = [];
    private int _heldCount;
    private int _readyCount;

    /// <summary>How many wait.</summary>
    public int Count => Volatile.Read(ref _heldCount);

    /// <summary>How many of a group wait for a queue.</summary>
    public int CountOf(string group, string topic, int queueId)
    {
        lock (_lock)
        {
            return _topics.TryGetValue(topic, out Dictionary<string, List<HeldPop>>? groups)
                && groups.TryGetValue(group, out List<HeldPop>? pops)
                ? pops.Count(pop => queueId < 0 || pop.Wants(queueId))
                : 0;
        }
    }

    public void OnArrival(ConsumeQueue queue, long queueOffset, long tagsCode)
    {
        // The message must be visible before the count is read: a pop that is being held right now looks at both in the
        // opposite order.
        Interlocked.MemoryBarrier();
        if (Count == 0)
            return;

        lock (_lock)
        {
            if (!_topics.TryGetValue(queue.Topic, out Dictionary<string, List<HeldPop>>? groups))
                return;

            foreach (List<HeldPop> pops in groups.Values)
                WakeOne(pops, queue.QueueId);
        }
    }

    /// <summary>Wakes one pop of a group, for a message that can be popped again.</summary>
    public void Wake(PopKey key)
    {
        if (Count == 0)
            return;

        lock (_lock)
        {
            if (_topics.TryGetValue(key.Topic, out Dictionary<string, List<HeldPop>>? groups)
                && groups.TryGetValue(key.Group, out List<HeldPop>? pops))
                WakeOne(pops, key.QueueId);
        }
    }

    /// <summary>Lets a pop wait. It is tried once more: what it waits for may have come meanwhile.</summary>
    public void Hold(HeldPop pop)
    {
        lock (_lock)
        {
            if (!_topics.TryGetValue(pop.Topic, out Dictionary<string, List<HeldPop>>? groups))
                _topics.Add(pop.Topic, groups = new(StringComparer.Ordinal));
            if (!groups.TryGetValue(pop.Group, out List<HeldPop>? pops))
                groups.Add(pop.Group, pops = []);
            pops.Add(pop);
            Interlocked.Increment(ref _heldCount);
            MakeReady(pop);
        }
    }

    /// <summary>Tries all that are ready.</summary>
    public void ServeReady()
    {
        while (TryTakeReady(out HeldPop? pop))
        {
            bool isAnswered = pop.IsAbandoned;
            try
            {
                isAnswered = isAnswered || pop.TryServe();
            }
            finally
            {
                EndTry(pop, isAnswered);
            }
        }
    }

    /// <summary>Answers those that have waited long enough, and forgets those that nobody waits for any more.</summary>
    public void ServeExpired(long nowMilliseconds)
    {
        foreach (HeldPop pop in TakeExpired(nowMilliseconds))
        {
            if (!pop.IsAbandoned)
                pop.GiveUp();
        }
    }

    /// <summary>The queues for which somebody waits, each once; the queue is below 0 for all of a topic.</summary>
    public IReadOnlyList<PopKey> Waiting()
    {
        lock (_lock)
        {
            return [.. _topics.Values.SelectMany(groups => groups.Values).SelectMany(pops => pops)
                .Select(pop => new PopKey(pop.Group, pop.Topic, pop.QueueId)).Distinct()];
        }
    }

    private bool TryTakeReady([NotNullWhen(true)] out HeldPop? pop)
    {
        pop = null;
        if (Volatile.Read(ref _readyCount) == 0)
            return false;

        lock (_lock)
        {
            if (!_ready.TryDequeue(out pop))
                return false;

            pop.State = HeldPopState.Trying;
            Volatile.Write(ref _readyCount, _ready.Count);
            return true;
        }
    }

    private void EndTry(HeldPop pop, bool isAnswered)
    {
        lock (_lock)
        {
            if (isAnswered)
            {
                List<HeldPop> others = _topics[pop.Topic][pop.Group];
                Remove(pop);
                WakeBehind(pop, others);
                return;
            }

            bool isAgain = pop.State == HeldPopState.TryingAgain;
            pop.State = HeldPopState.Idle;
            if (isAgain)
                MakeReady(pop);
        }
    }

    private List<HeldPop> TakeExpired(long nowMilliseconds)
    {
        lock (_lock)
        {
            List<HeldPop> expired = [.. _topics.Values.SelectMany(groups => groups.Values).SelectMany(pops => pops)
                .Where(pop => pop.State == HeldPopState.Idle)
                .Where(pop => pop.DeadlineMilliseconds <= nowMilliseconds || pop.IsAbandoned)];
            expired.ForEach(Remove);
            return expired;
        }
    }

    /// <summary>Hands on what woke one that ended, to the others of its group.</summary>
    private void WakeBehind(HeldPop ended, List<HeldPop> others)
    {
        if (!ended.TakesMessages)
        {
            others.ForEach(Wake);
            return;
        }

        // One that looks at all queues stands for the others: what it does not find is not there.
        if (ended.QueueId >= 0 || others.Exists(other => other.QueueId < 0))
        {
            WakeOne(others, ended.QueueId);
            return;
        }

        foreach (int queueId in others.Select(other => other.QueueId).Distinct().ToArray())
            WakeOne(others, queueId);
    }

    /// <summary>One that waits if there is one, else one that is being tried and may have come too early.</summary>
    private void WakeOne(List<HeldPop> pops, int queueId)
    {
        HeldPop? trying = null;
        foreach (HeldPop pop in pops)
        {
            if (!pop.Wants(queueId))
                continue;

            if (pop.State == HeldPopState.Idle)
            {
                MakeReady(pop);
                return;
            }

            trying = pop.State == HeldPopState.Trying ? pop : trying;
        }

        if (trying is not null)
            Wake(trying);
    }

    private void Wake(HeldPop pop)
    {
        if (pop.State == HeldPopState.Idle)
            MakeReady(pop);
        else if (pop.State == HeldPopState.Trying)
            pop.State = HeldPopState.TryingAgain;
    }

    private void MakeReady(HeldPop pop)
    {
        pop.State = HeldPopState.Ready;
        _ready.Enqueue(pop);
        Volatile.Write(ref _readyCount, _ready.Count);
    }

    private void Remove(HeldPop pop)
    {
        pop.State = HeldPopState.Gone;
        Dictionary<string, List<HeldPop>> groups = _topics[pop.Topic];
        List<HeldPop> pops = groups[pop.Group];
        pops.Remove(pop);
        Interlocked.Decrement(ref _heldCount);
        if (pops.Count == 0)
            groups.Remove(pop.Group);
        if (groups.Count == 0)
            _topics.Remove(pop.Topic);
    }
}

using OrleansMq.Storage.ConsumeQueues;

namespace OrleansMq.Storage.Retention;

/// <summary>
/// The bytes that one topic's records take, as a running total: only what is new is read, from the queues' entries.
/// Not thread-safe.
/// </summary>
internal sealed class TopicSize
{
    private const int EntriesPerRead = 64;

    private readonly Dictionary<ConsumeQueue, Counted> _queues = [];

    /// <summary>The bytes of all records counted.</summary>
    public long Bytes { get; private set; }

    /// <summary>
    /// Counts what came and takes off what went; returns how many of <paramref name="budget"/> entries are left, none
    /// when there is more to count.
    /// </summary>
    public int Update(IEnumerable<ConsumeQueue> queues, int budget)
    {
        foreach (ConsumeQueue queue in queues)
        {
            if (!_queues.TryGetValue(queue, out Counted? counted))
                _queues.Add(queue, counted = new Counted(queue, queue.GetMinOffset()));
            TakeOffUntil(counted, queue.GetMinOffset());
            budget = Count(counted, budget);
        }

        return budget;
    }

    /// <summary>
    /// Takes off the oldest messages, whatever their queue, until at most so many bytes are left; returns the first
    /// offset left of each queue that lost some.
    /// </summary>
    public IReadOnlyList<(ConsumeQueue Queue, long MinOffset)> CutTo(long maxBytes)
    {
        var cut = new HashSet<Counted>();
        var oldest = new PriorityQueue<Counted, long>();
        foreach (Counted counted in _queues.Values)
            Offer(oldest, counted);
        while (Bytes > maxBytes && oldest.TryDequeue(out Counted? counted, out _))
        {
            TakeOff(counted);
            cut.Add(counted);
            Offer(oldest, counted);
        }

        return [.. cut.Select(counted => (counted.Queue, counted.From))];
    }

    /// <summary>Takes off what lies below a position of the log, before its entries are deleted.</summary>
    public void DropBelow(long position)
    {
        foreach (Counted counted in _queues.Values)
        {
            while (TryPeek(counted, out ConsumeQueueEntry entry) && entry.PhysicalOffset < position)
                TakeOff(counted);
        }
    }

    private static void Offer(PriorityQueue<Counted, long> oldest, Counted counted)
    {
        if (TryPeek(counted, out ConsumeQueueEntry entry))
            oldest.Enqueue(counted, entry.PhysicalOffset);
    }

    private static bool TryPeek(Counted counted, out ConsumeQueueEntry entry)
    {
        Span<ConsumeQueueEntry> one = stackalloc ConsumeQueueEntry[1];
        bool isThere = counted.From < counted.Until && counted.Queue.Read(counted.From, one) == 1;
        entry = one[0];
        return isThere;
    }

    private static long SizeOf(ConsumeQueueEntry entry) => entry.IsBlank ? 0 : entry.SizeBytes;

    private void TakeOff(Counted counted)
    {
        TryPeek(counted, out ConsumeQueueEntry entry);
        counted.From++;
        Add(counted, -SizeOf(entry));
    }

    private void TakeOffUntil(Counted counted, long minOffset)
    {
        while (counted.From < minOffset && TryPeek(counted, out _))
            TakeOff(counted);
        if (counted.From >= minOffset)
            return;

        // The entries are gone, as with a topic that was deleted: what is left is counted anew.
        Add(counted, -counted.Bytes);
        counted.From = minOffset;
        counted.Until = minOffset;
    }

    private int Count(Counted counted, int budget)
    {
        Span<ConsumeQueueEntry> entries = stackalloc ConsumeQueueEntry[EntriesPerRead];
        int read;
        do
        {
            read = counted.Queue.Read(counted.Until, entries[..Math.Min(budget, EntriesPerRead)]);
            foreach (ConsumeQueueEntry entry in entries[..read])
                Add(counted, SizeOf(entry));
            counted.Until += read;
            budget -= read;
        }
        while (read > 0);

        return budget;
    }

    private void Add(Counted counted, long bytes)
    {
        counted.Bytes += bytes;
        Bytes += bytes;
    }

    private sealed class Counted(ConsumeQueue queue, long from)
    {
        public ConsumeQueue Queue { get; } = queue;

        public long From { get; set; } = from;

        public long Until { get; set; } = from;

        public long Bytes { get; set; }
    }
}

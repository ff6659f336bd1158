using System.Runtime.InteropServices;

namespace OrleansMq.Broker.Delays;

/// <summary>
/// The messages that wait for their delivery time, the earliest first: a heap of four children a node over a pool that
/// finds an entry by its record. Entries that are handed out stay until they are removed, so that they are in a copy of
/// the queue as long as their delivery is not certain. Not thread-safe.
/// </summary>
/// <remarks>
/// 32 bytes an entry. No call does more than the height of the heap asks for, 12 steps at ten million, whatever the
/// times are and however the clock moves: the queue has no clock of its own. Not a timing wheel, whose calls are
/// quicker until one has to spread a slot in which millions wait, and holds everything up.
/// </remarks>
public sealed class TimerQueue
{
    /// <summary>The most entries, so that a snapshot fits into a file.</summary>
    public const int MaxCapacity = 100_000_000;

    private const int Children = 4;

    private readonly TimerPool _pool = new();
    private ChunkedArray<Item> _heap = new();
    private TimerCopy? _copy;

    /// <summary>How many entries there are, those that are handed out among them.</summary>
    public int Count => _pool.Count;

    /// <summary>When the next entry is due, Unix milliseconds, or null when none waits.</summary>
    public long? NextDue => _heap.Count == 0 ? null : _heap[0].DueMilliseconds;

    /// <summary>Whether the entry of a record waits or is in hand.</summary>
    public bool Contains(long physicalOffset) => _pool.Find(physicalOffset) != TimerPool.None;

    /// <summary>Lets an entry wait; false, and nothing changes, when its record has one already.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A number is negative.</exception>
    public bool Add(TimerEntry entry)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(entry.DueMilliseconds);
        ArgumentOutOfRangeException.ThrowIfNegative(entry.PhysicalOffset);
        if (_pool.Find(entry.PhysicalOffset) != TimerPool.None)
            return false;

        Push(_pool.Take(entry.PhysicalOffset), entry.DueMilliseconds);
        return true;
    }

    /// <summary>
    /// Hands out entries that are due, the earliest first, and of the same time the one whose record was stored first.
    /// </summary>
    /// <returns>How many entries were written to the span; if it is full, more may follow.</returns>
    public int Take(long nowMilliseconds, Span<TimerEntry> due)
    {
        int count = 0;
        while (count < due.Length && _heap.Count > 0 && _heap[0].DueMilliseconds <= nowMilliseconds)
        {
            Item first = _heap[0];
            due[count++] = new TimerEntry(first.DueMilliseconds, _pool[first.Node].PhysicalOffset);
            RemoveAt(0);
        }

        return count;
    }

    /// <summary>Hands out the entry of a record before its time; false when none waits.</summary>
    public bool TryTake(long physicalOffset, out TimerEntry entry)
    {
        entry = default;
        int node = _pool.Find(physicalOffset);
        if (node == TimerPool.None || _pool[node].Place == TimerPool.Taken)
            return false;

        entry = new TimerEntry(_heap[_pool[node].Place].DueMilliseconds, physicalOffset);
        RemoveAt(_pool[node].Place);
        return true;
    }

    /// <summary>Lets an entry wait that was handed out; no-op if it was removed meanwhile.</summary>
    public void PutBack(TimerEntry entry)
    {
        int node = _pool.Find(entry.PhysicalOffset);
        if (node != TimerPool.None && _pool[node].Place == TimerPool.Taken)
            Push(node, entry.DueMilliseconds);
    }

    /// <summary>Removes the entry of a record, whether it waits or is handed out; false when there is none.</summary>
    public bool Remove(long physicalOffset)
    {
        int node = _pool.Find(physicalOffset);
        if (node == TimerPool.None)
            return false;

        _copy?.Keep(node, EntryOf(node));
        if (_pool[node].Place != TimerPool.Taken)
            RemoveAt(_pool[node].Place);
        _pool.Release(node);
        if (_pool.Count == 0)
            Clear();
        return true;
    }

    /// <summary>
    /// Makes entries due whose records stand below a position, looking at some of the queue's places.
    /// </summary>
    /// <param name="position">The position.</param>
    /// <param name="nowMilliseconds">The time that they are due at then, unless they are earlier.</param>
    /// <param name="place">Where to look first, 0 to begin with; then where to go on, -1 at the end.</param>
    /// <param name="count">How many places to look at.</param>
    /// <returns>How many entries were changed.</returns>
    public int HurryBelow(long position, long nowMilliseconds, ref int place, int count)
    {
        int hurried = 0;
        int end = (int)Math.Min((long)place + count, _pool.Used);
        for (; place < end; place++)
        {
            TimerNode node = _pool[place];
            bool isWaiting = node.Place is not (TimerPool.Taken or TimerPool.Free);
            if (!isWaiting || node.PhysicalOffset >= position || _heap[node.Place].DueMilliseconds <= nowMilliseconds)
                continue;

            RemoveAt(node.Place);
            Push(place, nowMilliseconds);
            hurried++;
        }

        place = place < _pool.Used ? place : -1;
        return hurried;
    }

    /// <summary>
    /// Begins a copy of the entries as they are now. Changes may be made before it is complete.
    /// </summary>
    /// <param name="position">All records of entries stand below, and those of entries to come do not.</param>
    public TimerCopy BeginCopy(long position) => _copy = new TimerCopy(this, position, _pool.Used, _pool.Count);

    /// <summary>Ends the copy.</summary>
    public void EndCopy() => _copy = null;

    /// <summary>The entry at a place of the pool; false when the place is free.</summary>
    internal bool TryGet(int node, out TimerEntry entry)
    {
        bool isUsed = _pool[node].Place != TimerPool.Free;
        entry = isUsed ? EntryOf(node) : default;
        return isUsed;
    }

    /// <summary>One that is handed out counts as due: whoever reads its record knows better.</summary>
    private TimerEntry EntryOf(int node) => new(
        _pool[node].Place == TimerPool.Taken ? 0 : _heap[_pool[node].Place].DueMilliseconds,
        _pool[node].PhysicalOffset);

    /// <summary>After a rush the memory is given back; a copy at work counts places, which must stay.</summary>
    private void Clear()
    {
        if (_copy is not null)
            return;

        _pool.Clear();
        _heap = new();
    }

    private void Push(int node, long dueMilliseconds) =>
        SiftUp(_heap.Add(default), new Item(dueMilliseconds, node));

    private void RemoveAt(int place)
    {
        _pool[_heap[place].Node].Place = TimerPool.Taken;
        Item last = _heap[_heap.Count - 1];
        _heap.RemoveLast();
        if (place == _heap.Count)
            return;

        bool isEarlier = place > 0 && IsBefore(last, _heap[(place - 1) / Children]);
        if (isEarlier)
            SiftUp(place, last);
        else
            SiftDown(place, last);
    }

    private void SiftUp(int place, Item item)
    {
        while (place > 0)
        {
            int parent = (place - 1) / Children;
            Item other = _heap[parent];
            if (!IsBefore(item, other))
                break;

            Put(place, other);
            place = parent;
        }

        Put(place, item);
    }

    private void SiftDown(int place, Item item)
    {
        while (FirstChildOf(place, out int child, out Item earliest) && IsBefore(earliest, item))
        {
            Put(place, earliest);
            place = child;
        }

        Put(place, item);
    }

    /// <summary>The earliest child; false when there is none.</summary>
    private bool FirstChildOf(int place, out int child, out Item earliest)
    {
        long first = ((long)place * Children) + 1;
        child = (int)first;
        earliest = default;
        if (first >= _heap.Count)
            return false;

        earliest = _heap[child];
        int end = (int)Math.Min(first + Children, _heap.Count);
        for (int other = child + 1; other < end; other++)
        {
            Item candidate = _heap[other];
            if (IsBefore(candidate, earliest))
                (child, earliest) = (other, candidate);
        }

        return true;
    }

    private void Put(int place, Item item)
    {
        _heap[place] = item;
        _pool[item.Node].Place = place;
    }

    private bool IsBefore(in Item one, in Item other) => one.DueMilliseconds != other.DueMilliseconds
        ? one.DueMilliseconds < other.DueMilliseconds
        : _pool[one.Node].PhysicalOffset < _pool[other.Node].PhysicalOffset;

    /// <summary>An entry that waits; 12 bytes, so that four children lie in one or two cache lines.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = sizeof(int))]
    private readonly struct Item(long dueMilliseconds, int node)
    {
        public readonly long DueMilliseconds = dueMilliseconds;
        public readonly int Node = node;
    }
}

using System.Numerics;

namespace OrleansMq.Broker.Delays;

/// <summary>What became of an entry that was to be added.</summary>
public enum TimerAddStatus
{
    /// <summary>The entry waits now.</summary>
    Added,

    /// <summary>An entry with the same physical offset waits already; nothing changed.</summary>
    AlreadyThere,

    /// <summary>The wheel holds as many entries as it may; nothing changed.</summary>
    Full,
}

/// <summary>
/// The messages that wait for their delivery time, in a hierarchical timing wheel: ten levels of 64 slots, so that
/// any time fits and a jump of the clock costs nothing. Entries live in a pool without objects of their own. Adding and
/// removing take constant time. Not thread-safe.
/// </summary>
/// <remarks>
/// An entry stands in the level of the highest 6-bit digit in which its tick differs from the cursor, in the slot of
/// its digit there; so whatever stands in a lower level is due before all that stands in a higher one (the scheme
/// follows G. Varghese and T. Lauck, "Hashed and Hierarchical Timing Wheels", 1987). No entry is due before the cursor:
/// adding an earlier one moves the cursor back, which only joins slots.
/// </remarks>
public sealed class TimerWheel
{
    /// <summary>The resolution: an entry is handed out less than this late, and never early.</summary>
    public const int TickMilliseconds = 10;

    /// <summary>The highest limit a wheel can have.</summary>
    public const int MaxCapacity = 1 << 28;

    /// <summary>The latest time an entry can have.</summary>
    public const long MaxDueMilliseconds = long.MaxValue / TickMilliseconds * TickMilliseconds;

    private const int DigitBits = 6;
    private const int SlotsPerLevel = 1 << DigitBits;
    private const int Levels = 10;
    private const int None = TimerPool.None;

    private readonly int _maxEntries;
    private readonly TimerPool _pool = new();
    private readonly ulong[] _occupied = new ulong[Levels];
    private readonly Slot[] _slots = new Slot[Levels * SlotsPerLevel];
    private long _cursor;

    /// <summary>Starts empty.</summary>
    /// <param name="maxEntries">The most entries it may hold, 1 to <see cref="MaxCapacity"/>.</param>
    public TimerWheel(int maxEntries)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxEntries, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxEntries, MaxCapacity);
        _maxEntries = maxEntries;
        Array.Fill(_slots, Slot.Empty);
    }

    /// <summary>How many entries wait.</summary>
    public int Count => _pool.Count;

    /// <summary>
    /// When the next entry can be handed out, Unix milliseconds, or null when none waits: calling
    /// <see cref="Advance"/> before is in vain. After a removal it may name the time of the removed entry once more.
    /// </summary>
    public long? NextDue
    {
        get
        {
            int slot = FirstSlot();
            return slot < 0 ? null : _slots[slot].FirstTick * TickMilliseconds;
        }
    }

    /// <summary>Lets an entry wait. One that is due already is handed out by the next <see cref="Advance"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The due time or physical offset is negative, or the due time above <see cref="MaxDueMilliseconds"/>.
    /// </exception>
    public TimerAddStatus Add(in TimerEntry entry)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(entry.DueMilliseconds);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(entry.DueMilliseconds, MaxDueMilliseconds);
        ArgumentOutOfRangeException.ThrowIfNegative(entry.PhysicalOffset);
        if (_pool.Find(entry.PhysicalOffset) != None)
            return TimerAddStatus.AlreadyThere;
        if (_pool.Count >= _maxEntries)
            return TimerAddStatus.Full;

        long tick = TickOf(entry.DueMilliseconds);
        if (_pool.Count == 0)
            _cursor = tick;
        else if (tick < _cursor)
            MoveBackTo(tick);
        Append(_pool.Take(entry));
        return TimerAddStatus.Added;
    }

    /// <summary>Whether the entry of a record waits.</summary>
    public bool Contains(long physicalOffset) => _pool.Find(physicalOffset) != None;

    /// <summary>Removes the entry of a record; false when none waits.</summary>
    public bool Remove(long physicalOffset)
    {
        int index = _pool.Find(physicalOffset);
        if (index == None)
            return false;

        Unlink(index);
        _pool.Release(index);
        return true;
    }

    /// <summary>
    /// Takes out entries that are due, the earliest first, until none is due or the span is full: a full span means
    /// that more may follow. Entries due within the same tick come in no order.
    /// </summary>
    /// <returns>How many entries were written to the span.</returns>
    public int Advance(long nowMilliseconds, Span<TimerEntry> due)
    {
        long target = Math.Max(nowMilliseconds, 0) / TickMilliseconds;
        int count = 0;
        while (count < due.Length)
        {
            int slot = FirstSlot();
            if (slot < 0)
                break;

            int level = slot / SlotsPerLevel;
            long start = StartOf(level, slot % SlotsPerLevel);
            if (start > target)
                break;

            _cursor = start;
            if (level > 0)
            {
                Cascade(slot);
                continue;
            }

            int index = _slots[slot].Head;
            due[count++] = _pool[index].ToEntry();
            Unlink(index);
            _pool.Release(index);
        }

        return count;
    }

    /// <summary>Walks the waiting entries in no order. Not to be used while the wheel is changed.</summary>
    public IEnumerable<TimerEntry> Entries() => _pool.Entries();

    private static long TickOf(long dueMilliseconds) =>
        (dueMilliseconds / TickMilliseconds) + (dueMilliseconds % TickMilliseconds == 0 ? 0 : 1);

    private static int LevelOf(long difference) =>
        difference == 0 ? 0 : BitOperations.Log2((ulong)difference) / DigitBits;

    private static int DigitOf(long tick, int level) => (int)(tick >> (level * DigitBits)) & (SlotsPerLevel - 1);

    private int FirstSlot()
    {
        for (int level = 0; level < Levels; level++)
        {
            if (_occupied[level] != 0)
                return (level * SlotsPerLevel) + BitOperations.TrailingZeroCount(_occupied[level]);
        }

        return -1;
    }

    private long StartOf(int level, int digit)
    {
        int shift = level * DigitBits;
        return (_cursor >> (shift + DigitBits) << (shift + DigitBits)) | ((long)digit << shift);
    }

    private int SlotOf(long tick)
    {
        int level = LevelOf(tick ^ _cursor);
        return (level * SlotsPerLevel) + DigitOf(tick, level);
    }

    private void Append(int index)
    {
        ref TimerNode node = ref _pool[index];
        long tick = TickOf(node.DueMilliseconds);
        int slotIndex = SlotOf(tick);
        ref Slot slot = ref _slots[slotIndex];
        node.Next = None;
        node.Previous = slot.Tail;
        if (slot.Tail == None)
            slot.Head = index;
        else
            _pool[slot.Tail].Next = index;
        slot.Tail = index;
        slot.FirstTick = Math.Min(slot.FirstTick, tick);
        MarkOccupied(slotIndex);
    }

    private void Unlink(int index)
    {
        ref TimerNode node = ref _pool[index];
        int slotIndex = SlotOf(TickOf(node.DueMilliseconds));
        ref Slot slot = ref _slots[slotIndex];
        if (node.Previous == None)
            slot.Head = node.Next;
        else
            _pool[node.Previous].Next = node.Next;
        if (node.Next == None)
            slot.Tail = node.Previous;
        else
            _pool[node.Next].Previous = node.Previous;
        if (slot.Head == None)
            Clear(slotIndex);
    }

    /// <summary>Spreads the entries of a slot, at whose beginning the cursor stands, over the levels below.</summary>
    private void Cascade(int slotIndex)
    {
        int index = _slots[slotIndex].Head;
        Clear(slotIndex);
        while (index != None)
        {
            int next = _pool[index].Next;
            Append(index);
            index = next;
        }
    }

    /// <summary>
    /// Moves the cursor back. In the highest digit that changes, the entries of the levels below all have the old
    /// cursor's digit, so they belong into its slot of that level, which was empty; the others stay where they are.
    /// </summary>
    private void MoveBackTo(long tick)
    {
        int level = LevelOf(tick ^ _cursor);
        int targetIndex = (level * SlotsPerLevel) + DigitOf(_cursor, level);
        _cursor = tick;
        for (int slotIndex = FirstSlot(); slotIndex >= 0 && slotIndex < level * SlotsPerLevel; slotIndex = FirstSlot())
        {
            ref Slot target = ref _slots[targetIndex];
            Slot source = _slots[slotIndex];
            Clear(slotIndex);
            if (target.Tail == None)
            {
                target = source;
                continue;
            }

            _pool[target.Tail].Next = source.Head;
            _pool[source.Head].Previous = target.Tail;
            target.Tail = source.Tail;
            target.FirstTick = Math.Min(target.FirstTick, source.FirstTick);
        }

        if (_slots[targetIndex].Head != None)
            MarkOccupied(targetIndex);
    }

    private void MarkOccupied(int slotIndex) =>
        _occupied[slotIndex / SlotsPerLevel] |= 1ul << (slotIndex % SlotsPerLevel);

    private void Clear(int slotIndex)
    {
        _slots[slotIndex] = Slot.Empty;
        _occupied[slotIndex / SlotsPerLevel] &= ~(1ul << (slotIndex % SlotsPerLevel));
    }

    private struct Slot
    {
        public int Head;
        public int Tail;

        /// <summary>No entry of the slot is due before; after a removal it may be too early.</summary>
        public long FirstTick;

        public static Slot Empty => new() { Head = None, Tail = None, FirstTick = long.MaxValue };
    }
}

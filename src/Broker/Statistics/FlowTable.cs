using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace OrleansMq.Broker.Statistics;

/// <summary>
/// Counters of one kind by what they count, at most so many. Finding one takes no lock. One that has not moved for a
/// day is given up. Thread-safe.
/// </summary>
public sealed class FlowTable<TKey>
    where TKey : notnull
{
    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<TKey, Item> _items;
    private readonly int _maxItems;
    private readonly bool _keepsIdle;
    private readonly FlowClocks _clocks;
    private int _count;

    internal FlowTable(
        int maxItems, long startedAt, IEqualityComparer<TKey>? comparer = null, bool keepsIdle = false)
    {
        _maxItems = maxItems;
        _keepsIdle = keepsIdle;
        _clocks = new FlowClocks(startedAt);
        _items = new ConcurrentDictionary<TKey, Item>(comparer);
    }

    /// <summary>How many counters there are.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Whether no counter can be made.</summary>
    public bool IsFull => Count >= _maxItems;

    /// <summary>A counter, made if need be; null when there are too many.</summary>
    public Flow? FindOrAdd(TKey key) => _items.TryGetValue(key, out Item? item) ? item.Flow : Add(key);

    /// <summary>A counter; null when nothing was counted under that name lately.</summary>
    public Flow? Find(TKey key) => _items.TryGetValue(key, out Item? item) ? item.Flow : null;

    /// <summary>A counter by another form of its key, which the table's comparer knows.</summary>
    internal bool TryFind<TOther>(TOther key, [NotNullWhen(true)] out Flow? flow)
        where TOther : notnull, allows ref struct
    {
        flow = _items.GetAlternateLookup<TOther>().TryGetValue(key, out Item? item) ? item.Flow : null;
        return flow is not null;
    }

    /// <summary>What a counter took in lately; false when there is none.</summary>
    public bool TryRead(TKey key, long now, [NotNullWhen(true)] out FlowReading? reading)
    {
        reading = null;
        if (!_items.TryGetValue(key, out Item? item))
            return false;

        lock (_lock)
            reading = item.History.Read(item.Flow.Totals, now);
        return true;
    }

    /// <summary>Messages per second in the last minute.</summary>
    public double MessagesPerSecond(TKey key, long now) =>
        TryRead(key, now, out FlowReading? reading) ? reading.Value.Minute.MessagesPerSecond : 0;

    /// <summary>Notes what the counters have come to, as far as it is due. Called every second.</summary>
    internal void Sample(long now)
    {
        lock (_lock)
        {
            DueNotes due = _clocks.Tick(now);
            if (!due.IsAny)
                return;

            foreach ((TKey key, Item item) in _items)
            {
                FlowTotals totals = item.Flow.Totals;
                item.History.Note(due, totals);
                if (due.Day && !_keepsIdle && item.History.IsIdle(totals) && _items.TryRemove(key, out _))
                {
                    item.Flow.IsGivenUp = true;
                    Interlocked.Decrement(ref _count);
                }
            }
        }
    }

    private Flow? Add(TKey key)
    {
        lock (_lock)
        {
            if (_items.TryGetValue(key, out Item? known))
                return known.Flow;
            if (_count >= _maxItems)
                return null;

            var item = new Item(_clocks);
            _items[key] = item;
            Interlocked.Increment(ref _count);
            return item.Flow;
        }
    }

    private sealed class Item(FlowClocks clocks)
    {
        public Flow Flow { get; } = new();

        public FlowHistory History { get; } = new(clocks);
    }
}

namespace OrleansMq.Broker.Delays;

/// <summary>
/// A copy of a <see cref="TimerQueue"/> that is made piece by piece while the queue goes on changing, and is what the
/// queue held as the copy began: entries that come later belong to records at or behind its position and are left out,
/// those that go before they were copied are kept aside. To be used like the queue, one call at a time.
/// </summary>
public sealed class TimerCopy
{
    private readonly TimerQueue _queue;
    private readonly int _end;
    private readonly List<TimerEntry> _kept = [];
    private int _next;
    private int _nextKept;

    internal TimerCopy(TimerQueue queue, long position, int end, int count)
    {
        _queue = queue;
        Position = position;
        _end = end;
        Count = count;
    }

    /// <summary>The copy holds the entries of records below.</summary>
    public long Position { get; }

    /// <summary>How many entries the copy has when it is complete.</summary>
    public int Count { get; }

    /// <summary>
    /// Copies what lies in some of the queue's places; false when the copy is complete. In between the queue may be
    /// changed.
    /// </summary>
    /// <param name="entries">Takes the entries; its length says how many places are looked at.</param>
    /// <param name="count">How many entries were copied, perhaps none.</param>
    public bool MoveNext(Span<TimerEntry> entries, out int count)
    {
        count = 0;
        int end = Math.Min(_end, _next + entries.Length);
        for (; _next < end; _next++)
        {
            if (_queue.TryGet(_next, out TimerEntry entry) && entry.PhysicalOffset < Position)
                entries[count++] = entry;
        }

        while (_next == _end && _nextKept < _kept.Count && count < entries.Length)
            entries[count++] = _kept[_nextKept++];
        return _next < _end || _nextKept < _kept.Count || count > 0;
    }

    /// <summary>Takes in that an entry is about to leave its place.</summary>
    internal void Keep(int place, TimerEntry entry)
    {
        if (place >= _next && place < _end && entry.PhysicalOffset < Position)
            _kept.Add(entry);
    }
}

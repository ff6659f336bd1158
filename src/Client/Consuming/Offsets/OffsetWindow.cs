namespace OrleansMq.Client.Consuming.Offsets;

/// <summary>
/// Which messages of a queue are not done, so that nothing behind one is ever committed. Allocates nothing at steady
/// state. Not thread-safe.
/// </summary>
internal sealed class OffsetWindow
{
    private const int FirstCapacity = 64;

    private Entry[] _entries = new Entry[FirstCapacity];
    private int _first;

    /// <summary>Starts with nothing under way.</summary>
    /// <param name="next">The offset that comes next.</param>
    public OffsetWindow(long next) => Next = next;

    /// <summary>The offset behind all that came.</summary>
    public long Next { get; private set; }

    /// <summary>Messages from the lowest that is not done on, those that are done included.</summary>
    public int Count { get; private set; }

    /// <summary>The lowest offset that is not done: where the group goes on.</summary>
    public long Unfinished => Count == 0 ? Next : _entries[_first].Offset;

    /// <summary>A message has come.</summary>
    /// <param name="offset">Its offset, higher than that of any before.</param>
    public void Add(long offset)
    {
        if (Count == _entries.Length)
            Grow();
        _entries[(_first + Count) & (_entries.Length - 1)] = new Entry(offset, false);
        Count++;
        Next = Math.Max(Next, offset + 1);
    }

    /// <summary>Everything before an offset has come, or is none of the group's.</summary>
    public void Advance(long next) => Next = Math.Max(Next, next);

    /// <summary>A message is done.</summary>
    public void Complete(long offset)
    {
        int low = 0;
        for (int high = Count - 1; low < high;)
        {
            int middle = (low + high) / 2;
            if (EntryAt(middle).Offset < offset)
                low = middle + 1;
            else
                high = middle;
        }

        if (low >= Count || EntryAt(low).Offset != offset)
            return;

        EntryAt(low).IsDone = true;
        while (Count > 0 && _entries[_first].IsDone)
        {
            _first = (_first + 1) & (_entries.Length - 1);
            Count--;
        }
    }

    private ref Entry EntryAt(int index) => ref _entries[(_first + index) & (_entries.Length - 1)];

    private void Grow()
    {
        var larger = new Entry[_entries.Length * 2];
        for (int index = 0; index < Count; index++)
            larger[index] = EntryAt(index);
        _entries = larger;
        _first = 0;
    }

    private struct Entry(long offset, bool isDone)
    {
        public readonly long Offset = offset;

        public bool IsDone = isDone;
    }
}

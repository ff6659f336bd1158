namespace OrleansMq.Storage.Recovery;

/// <summary>Ranges of the log that cannot be read and are passed over. Thread-safe.</summary>
public sealed class DamageList
{
    private readonly Lock _lock = new();
    private readonly SortedList<long, long> _ranges = [];
    private volatile bool _hasAny;

    /// <summary>The ranges, each with its first byte and the byte behind its last.</summary>
    public IReadOnlyList<(long Start, long End)> Ranges
    {
        get
        {
            lock (_lock)
                return [.. _ranges.Select(range => (range.Key, range.Value))];
        }
    }

    /// <summary>Notes a range; false when it is known already.</summary>
    internal bool Add(long start, long end)
    {
        lock (_lock)
        {
            _hasAny = true;
            return _ranges.TryAdd(start, end);
        }
    }

    internal bool TryGetEnd(long start, out long end)
    {
        end = 0;
        if (!_hasAny)
            return false;
        lock (_lock)
            return _ranges.TryGetValue(start, out end);
    }
}

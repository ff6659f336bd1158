namespace OrleansMq.Storage.ConsumeQueues;

/// <summary>
/// Keeps the number of mapped consume queue files below a limit by unmapping those that were not used lately: a clock
/// over all mapped files, each with one "used since the hand passed" mark. Thread-safe.
/// </summary>
internal sealed class MappingBudget(int maxMapped)
{
    private readonly Lock _lock = new();
    private readonly List<QueueSegment> _mapped = [];
    private int _hand;

    public int Count
    {
        get
        {
            lock (_lock)
                return _mapped.Count;
        }
    }

    /// <summary>Counts a segment that was just mapped, after making room for it.</summary>
    public void Add(QueueSegment segment)
    {
        lock (_lock)
        {
            // Two rounds of the hand: the first clears marks, the second finds one that is clear. When all are in use
            // at this very moment the limit is exceeded for a while.
            for (int steps = 2 * _mapped.Count; _mapped.Count >= maxMapped && steps > 0; steps--)
            {
                _hand = _hand >= _mapped.Count ? 0 : _hand;
                if (_mapped[_hand].TryUnmapIfCold())
                    RemoveAt(_hand);
                else
                    _hand++;
            }

            _mapped.Add(segment);
        }
    }

    /// <summary>Stops counting a segment that is closed for good.</summary>
    public void Remove(QueueSegment segment)
    {
        lock (_lock)
        {
            int index = _mapped.IndexOf(segment);
            if (index >= 0)
                RemoveAt(index);
        }
    }

    private void RemoveAt(int index)
    {
        _mapped[index] = _mapped[^1];
        _mapped.RemoveAt(_mapped.Count - 1);
    }
}

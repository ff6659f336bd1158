namespace OrleansMq.Broker.Statistics;

/// <summary>
/// When counters are noted, and at which of those times a window begins. The notes themselves are kept by whoever
/// counts, in as many slots.
/// </summary>
public sealed class SamplingClock
{
    private readonly long _intervalMilliseconds;
    private readonly long[] _times;
    private int _count = 1;

    /// <summary>Begins with a note of nothing in slot 0: before it starts, a broker has counted nothing.</summary>
    /// <param name="interval">How often to note.</param>
    /// <param name="intervals">How many intervals the longest window has.</param>
    /// <param name="startedAt">Milliseconds of a clock that only goes forward.</param>
    public SamplingClock(TimeSpan interval, int intervals, long startedAt)
    {
        _intervalMilliseconds = (long)interval.TotalMilliseconds;
        _times = new long[intervals + 1];
        _times[0] = startedAt;
    }

    /// <summary>How many notes there are at most.</summary>
    public int Slots => _times.Length;

    /// <summary>Where the latest note stands.</summary>
    public int Newest { get; private set; }

    /// <summary>
    /// Whether it is time to note; then <see cref="Newest"/> is the slot for it, in the place of the oldest note.
    /// </summary>
    public bool TryTick(long now)
    {
        if (now - _times[Newest] < _intervalMilliseconds)
            return false;

        Newest = (Newest + 1) % Slots;
        _times[Newest] = now;
        _count = Math.Min(_count + 1, Slots);
        return true;
    }

    /// <summary>
    /// The slot of the latest note that is at least as old as the window is long; of the oldest note when none is.
    /// </summary>
    public int BeginOf(TimeSpan window, long now)
    {
        long begin = now - (long)window.TotalMilliseconds;
        int slot = Newest;
        for (int older = 1; older < _count && _times[slot] > begin; older++)
            slot = (slot + Slots - 1) % Slots;
        return slot;
    }

    /// <summary>How long ago a note was taken, at least a second, so that a rate over it is one.</summary>
    public double SecondsSince(int slot, long now) => Math.Max(now - _times[slot], 1_000) / 1_000.0;
}

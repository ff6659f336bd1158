namespace OrleansMq.Broker.Statistics;

/// <summary>
/// Counts messages that go one way, from the broker's start on. Counting takes no lock and allocates nothing.
/// Thread-safe.
/// </summary>
public sealed class Flow
{
    private readonly Lock _growing = new();
    private long _messages;
    private long _bytes;
    private long _calls;
    private long _microseconds;
    private long[] _given = [];
    private volatile bool _isGivenUp;

    /// <summary>What was counted up to now; the parts may differ by a call that is counted meanwhile.</summary>
    public FlowTotals Totals => new(
        Volatile.Read(ref _messages), Volatile.Read(ref _bytes), Volatile.Read(ref _calls),
        Volatile.Read(ref _microseconds));

    /// <summary>Whether the counter is in no table any more: what it counts is not shown.</summary>
    internal bool IsGivenUp
    {
        get => _isGivenUp;
        set => _isGivenUp = value;
    }

    /// <summary>Counts a call.</summary>
    public void Add(long messages, long bytes, long microseconds)
    {
        Interlocked.Add(ref _messages, messages);
        Interlocked.Add(ref _bytes, bytes);
        Interlocked.Increment(ref _calls);
        Interlocked.Add(ref _microseconds, microseconds);
    }

    /// <summary>Counts a message where only one thread at a time does.</summary>
    internal void AddAlone(long bytes)
    {
        Volatile.Write(ref _messages, _messages + 1);
        Volatile.Write(ref _bytes, _bytes + bytes);
        Volatile.Write(ref _calls, _calls + 1);
    }

    /// <summary>Notes up to where the messages of a queue were given to the group.</summary>
    internal void Give(int queueId, long until)
    {
        long[] given = Volatile.Read(ref _given);
        if (queueId >= given.Length)
            given = Grow(queueId + 1);
        Volatile.Write(ref given[queueId], until);
    }

    /// <summary>Up to where the messages of a queue were given to the group; 0 when none were.</summary>
    internal long GivenUntil(int queueId)
    {
        long[] given = Volatile.Read(ref _given);
        return queueId < given.Length ? Volatile.Read(ref given[queueId]) : 0;
    }

    /// <summary>What another thread notes meanwhile may be lost; it comes again with the next pull.</summary>
    private long[] Grow(int length)
    {
        lock (_growing)
        {
            if (length > _given.Length)
            {
                long[] grown = new long[Math.Max(length, _given.Length * 2)];
                _given.CopyTo(grown, 0);
                Volatile.Write(ref _given, grown);
            }

            return _given;
        }
    }
}

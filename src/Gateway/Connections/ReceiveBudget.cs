namespace OrleansMq.Gateway.Connections;

/// <summary>How many bytes all connections of a listener may hold of unfinished frames. Thread-safe.</summary>
internal sealed class ReceiveBudget(long limit)
{
    private readonly long _limit = limit;
    private long _taken;

    /// <summary>The bytes held now.</summary>
    public long Taken => Volatile.Read(ref _taken);

    /// <summary>Takes <paramref name="count"/> bytes, unless that exceeds the limit.</summary>
    public bool TryTake(int count)
    {
        if (Interlocked.Add(ref _taken, count) <= _limit)
            return true;
        Interlocked.Add(ref _taken, -count);
        return false;
    }

    /// <summary>Gives back what was taken.</summary>
    public void GiveBack(int count)
    {
        if (count > 0)
            Interlocked.Add(ref _taken, -count);
    }
}

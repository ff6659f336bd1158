namespace OrleansMq.Storage.Workers;

/// <summary>Wakes one worker. Setting it again before the worker woke costs next to nothing.</summary>
public sealed class WorkerSignal : IDisposable
{
    private readonly AutoResetEvent _event = new(initialState: false);
    private int _isPending;
    private volatile bool _isWaiting;

    /// <summary>Wakes the worker, or keeps it from falling asleep. Thread-safe.</summary>
    public void Set()
    {
        if (Volatile.Read(ref _isPending) == 0 && Interlocked.Exchange(ref _isPending, 1) == 0 && _isWaiting)
            _event.Set();
    }

    /// <summary>Waits until set or until the time is over. For the worker's own thread.</summary>
    public void Wait(TimeSpan limit)
    {
        _isWaiting = true;
        if (Interlocked.Exchange(ref _isPending, 0) == 0)
        {
            _event.WaitOne(limit);
            Volatile.Write(ref _isPending, 0);
        }

        _isWaiting = false;
    }

    /// <inheritdoc/>
    public void Dispose() => _event.Dispose();
}

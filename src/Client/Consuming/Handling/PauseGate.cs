namespace OrleansMq.Client.Consuming.Handling;

/// <summary>Lets nobody through while a consumer is paused. Thread-safe.</summary>
internal sealed class PauseGate
{
    private readonly Lock _gate = new();
    private volatile TaskCompletionSource? _opened;

    /// <summary>Whether nobody is let through.</summary>
    public bool IsClosed => _opened is not null;

    /// <summary>Lets nobody through.</summary>
    public void Close()
    {
        lock (_gate)
            _opened ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>Lets everybody through.</summary>
    public void Open()
    {
        lock (_gate)
        {
            _opened?.SetResult();
            _opened = null;
        }
    }

    /// <summary>Completes when one may pass.</summary>
    public Task WaitAsync(CancellationToken cancellation) =>
        _opened is { } opened ? opened.Task.WaitAsync(cancellation) : Task.CompletedTask;
}

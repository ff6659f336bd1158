using System.Diagnostics.CodeAnalysis;
using System.Threading.Tasks.Sources;

namespace OrleansMq.Gateway.Connections;

/// <summary>
/// Wakes the one who waits for it, on the thread pool; set while nobody waits, it lets the next wait pass. Allocates
/// nothing. One waiter at a time; thread-safe otherwise.
/// </summary>
internal sealed class ConnectionSignal : IValueTaskSource
{
    private readonly Lock _gate = new();
    private ManualResetValueTaskSourceCore<bool> _core = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _cancellation;
    private bool _isSet;
    private bool _isWaiting;

    /// <summary>Lets the waiter, or the next one, go on.</summary>
    public void Set()
    {
        lock (_gate)
        {
            if (!_isWaiting)
            {
                _isSet = true;
                return;
            }

            _isWaiting = false;
        }

        _core.SetResult(true);
    }

    /// <summary>Waits until set, which it uses up.</summary>
    /// <exception cref="InvalidOperationException">Somebody else waits already.</exception>
    [SuppressMessage("Reliability", "CA2012", Justification = "The source is waited for once a version.")]
    public ValueTask WaitAsync(CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
            return ValueTask.FromCanceled(cancellation);
        short version;
        lock (_gate)
        {
            if (_isWaiting)
                throw new InvalidOperationException("Somebody waits for this side of the stream already.");
            if (_isSet)
            {
                _isSet = false;
                return ValueTask.CompletedTask;
            }

            _core.Reset();
            version = _core.Version;
            _isWaiting = true;
        }

        if (cancellation.CanBeCanceled)
        {
            _cancellation = cancellation.UnsafeRegister(
                static (state, token) => ((ConnectionSignal)state!).Cancel(token), this);
        }

        return new ValueTask(this, version);
    }

    void IValueTaskSource.GetResult(short token)
    {
        // Waits for a cancellation that is just running, so that it cannot meet the next waiter.
        _cancellation.Dispose();
        _cancellation = default;
        _core.GetResult(token);
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private void Cancel(CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (!_isWaiting)
                return;
            _isWaiting = false;
        }

        _core.SetException(new OperationCanceledException(cancellation));
    }
}

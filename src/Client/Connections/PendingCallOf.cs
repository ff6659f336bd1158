using System.Collections.Concurrent;
using System.Threading.Tasks.Sources;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Client.Connections;

/// <summary>
/// A call whose answer becomes a value. Taken from a pool, and back in it once the value was read. Its continuations
/// never run on the connection's receive loop.
/// </summary>
internal sealed class PendingCall<T> : PendingCall, IValueTaskSource<T>
{
    private const int MaxPooled = 1_024;

    private static readonly ConcurrentQueue<PendingCall<T>> s_pool = new();

    private ManualResetValueTaskSourceCore<T> _core = new() { RunContinuationsAsynchronously = true };
    private Func<CommandReader, T> _read = null!;

    /// <summary>The value; to be awaited once.</summary>
    public ValueTask<T> Answered => new(this, _core.Version);

    /// <summary>A call that is made now.</summary>
    /// <param name="read">Makes a value of the answer, on the receive loop; keeps nothing of it but copies.</param>
    /// <param name="now">When it is made.</param>
    /// <param name="deadline">When it is given up.</param>
    public static PendingCall<T> Rent(Func<CommandReader, T> read, long now, long deadline)
    {
        if (!s_pool.TryDequeue(out PendingCall<T>? call))
            call = new PendingCall<T>();
        call._read = read;
        call.MadeAt = now;
        call.DeadlineTimestamp = deadline;
        return call;
    }

    /// <inheritdoc/>
    public override void Answer(CommandReader answer)
    {
        T value;
        try
        {
            value = _read(answer);
        }
        catch (Exception cause)
        {
            _core.SetException(cause);
            return;
        }

        _core.SetResult(value);
    }

    /// <inheritdoc/>
    public override void Fail(Exception cause) => _core.SetException(cause);

    T IValueTaskSource<T>.GetResult(short token)
    {
        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            _core.Reset();
            if (s_pool.Count < MaxPooled)
                s_pool.Enqueue(this);
        }
    }

    ValueTaskSourceStatus IValueTaskSource<T>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<T>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}

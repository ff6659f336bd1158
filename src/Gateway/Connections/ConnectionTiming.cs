using OrleansMq.Gateway.Listeners;

namespace OrleansMq.Gateway.Connections;

/// <summary>
/// When a connection last got on: with bytes at all, with the frame in hand, with its output. Times are
/// <see cref="Environment.TickCount64"/>, so that a changed wall clock closes nothing;
/// looked at by one thread, told by others.
/// </summary>
internal sealed class ConnectionTiming(ListenerContext context)
{
    private const long None = long.MaxValue;

    private readonly ListenerContext _context = context;
    private long _lastActivity = Environment.TickCount64;
    private long _frameStartedAt = None;
    private long _blockedSince = None;

    /// <summary>Bytes have come in.</summary>
    public void Received(long now) => Volatile.Write(ref _lastActivity, now);

    /// <summary>The peer's side took <paramref name="count"/> bytes of output, and so many are left.</summary>
    public void Sent(long now, int count, int left)
    {
        if (count > 0)
            Volatile.Write(ref _lastActivity, now);
        if (left == 0)
            Volatile.Write(ref _blockedSince, None);
        else if (count > 0 || Volatile.Read(ref _blockedSince) == None)
            Volatile.Write(ref _blockedSince, now);
    }

    /// <summary>Frames were handed over, and so many bytes of the next one are there.</summary>
    /// <param name="now">The time.</param>
    /// <param name="consumed">The bytes handed over.</param>
    /// <param name="left">The bytes left over.</param>
    /// <param name="isInterrupted">Whether it is this side that does not go on: the peer's time stands still.</param>
    public void HandedOver(long now, int consumed, int left, bool isInterrupted)
    {
        if (left == 0 || isInterrupted)
            Volatile.Write(ref _frameStartedAt, None);
        else if (consumed > 0 || Volatile.Read(ref _frameStartedAt) == None)
            Volatile.Write(ref _frameStartedAt, now);
    }

    /// <summary>A TLS handshake begins, which has the time of a frame.</summary>
    public void HandshakeStarted(long now) => Volatile.Write(ref _frameStartedAt, now);

    /// <summary>The TLS handshake is done.</summary>
    public void HandshakeFinished() => Volatile.Write(ref _frameStartedAt, None);

    /// <summary>Why the connection's time is over; null if it is not.</summary>
    public string? Overdue(long now, bool isPaused)
    {
        if (IsOver(Volatile.Read(ref _blockedSince), now, _context.SlowReaderMilliseconds))
            return "its reader takes no answers";
        if (isPaused)
            return null;
        if (IsOver(Volatile.Read(ref _frameStartedAt), now, _context.FrameMilliseconds))
            return "its frame did not get complete in time";
        return IsOver(Volatile.Read(ref _lastActivity), now, _context.IdleMilliseconds) ? "it was idle" : null;
    }

    private static bool IsOver(long since, long now, long allowed) => since != None && now - since >= allowed;
}

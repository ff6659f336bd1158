using System.Net.Security;
using Microsoft.Extensions.Logging;
using OrleansMq.Gateway.Connections;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Gateway.Listeners;

/// <summary>What the connections of a listener share. Thread-safe.</summary>
internal sealed partial class ListenerContext
{
    /// <summary>How often overdue connections are looked for at most, in milliseconds.</summary>
    private const int MaxSweepMilliseconds = 1000;

    private readonly ILogger _logger;
    private readonly LogLimiter _refusals = new();
    private readonly LogLimiter _badPeers = new();
    private readonly LogLimiter _failures = new();
    private int _connections;

    /// <summary>Begins with the time: a cluster must not take a connection for one from before a restart.</summary>
    private long _lastId = DateTimeOffset.UtcNow.ToUnixTimeSeconds() << 24;

    public ListenerContext(
        GatewayOptions options, IFrameHandler handler, ILogger logger, SslServerAuthenticationOptions? tls)
    {
        Options = options;
        Handler = handler;
        Tls = tls;
        _logger = logger;
        Budget = new ReceiveBudget(options.MaxReceiveBytes);
        IdleMilliseconds = (long)options.IdleTimeout.TotalMilliseconds;
        FrameMilliseconds = (long)options.FrameTimeout.TotalMilliseconds;
        SlowReaderMilliseconds = (long)options.SlowReaderTimeout.TotalMilliseconds;
        long shortest = Math.Min(Math.Min(IdleMilliseconds, FrameMilliseconds), SlowReaderMilliseconds);
        SweepMilliseconds = (int)Math.Clamp(shortest / 4, 5, MaxSweepMilliseconds);
    }

    public GatewayOptions Options { get; }

    public IFrameHandler Handler { get; }

    /// <summary>How TLS is spoken; null without a certificate.</summary>
    public SslServerAuthenticationOptions? Tls { get; }

    public ReceiveBudget Budget { get; }

    public long IdleMilliseconds { get; }

    public long FrameMilliseconds { get; }

    public long SlowReaderMilliseconds { get; }

    /// <summary>How often connections are looked over for being overdue.</summary>
    public int SweepMilliseconds { get; }

    /// <summary>Connections that are open.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Counts a new connection and gives it its id, unless there are too many.</summary>
    public bool TryEnter(out long id)
    {
        id = 0;
        if (Interlocked.Increment(ref _connections) > Options.MaxConnections)
        {
            Interlocked.Decrement(ref _connections);
            return false;
        }

        id = Interlocked.Increment(ref _lastId);
        return true;
    }

    /// <summary>Takes back one <see cref="TryEnter"/>.</summary>
    public void Leave() => Interlocked.Decrement(ref _connections);

    /// <summary>Tells the handler that a batch is handed over.</summary>
    public void EndBatch()
    {
        try
        {
            Handler.OnBatchEnd();
        }
        catch (Exception exception)
        {
            if (MayLog(_failures))
                LogBatchEndFailed(exception);
        }
    }

    /// <summary>A peer sent a length that cannot be.</summary>
    public void ReportBadFrame(Connection connection, int length, FrameStatus status)
    {
        if (MayLog(_badPeers))
            LogBadFrame(connection.Id, connection.RemoteEndPoint, length, status, Options.MaxFrameBytes);
    }

    /// <summary>A connection ran out of time.</summary>
    public void ReportOverdue(Connection connection, string reason)
    {
        if (MayLog(_badPeers))
            LogOverdue(connection.Id, connection.RemoteEndPoint, reason);
    }

    /// <summary>A call of the handler threw.</summary>
    public void ReportHandlerFailure(Connection connection, Exception exception)
    {
        if (MayLog(_failures))
            LogHandlerFailed(exception, connection.Id, connection.RemoteEndPoint);
    }

    /// <summary>All connections together hold too many bytes of unfinished frames.</summary>
    public void ReportBudgetExceeded(Connection connection)
    {
        if (MayLog(_badPeers))
            LogBudgetExceeded(connection.Id, connection.RemoteEndPoint, Options.MaxReceiveBytes);
    }

    /// <summary>A peer speaks TLS and there is no certificate.</summary>
    public void ReportTlsWithoutCertificate(Connection connection)
    {
        if (MayLog(_badPeers))
            LogTlsWithoutCertificate(connection.Id, connection.RemoteEndPoint);
    }

    /// <summary>A peer speaks without TLS, which is required.</summary>
    public void ReportPlainRefused(Connection connection)
    {
        if (MayLog(_badPeers))
            LogPlainRefused(connection.Id, connection.RemoteEndPoint);
    }

    /// <summary>A TLS handshake failed.</summary>
    public void ReportHandshakeFailed(Connection connection, string problem)
    {
        if (MayLog(_badPeers))
            LogHandshakeFailed(connection.Id, connection.RemoteEndPoint, problem);
    }

    /// <summary>A peer was turned away because there are too many.</summary>
    public void ReportTooManyConnections()
    {
        if (MayLog(_refusals))
            LogTooManyConnections(Options.MaxConnections);
    }

    /// <summary>A connection could not be taken from the operating system.</summary>
    public void ReportAcceptFailed(string problem)
    {
        if (MayLog(_refusals))
            LogAcceptFailed(problem);
    }

    private bool MayLog(LogLimiter limiter)
    {
        bool passes = limiter.TryPass(Environment.TickCount64, out int suppressed);
        if (suppressed > 0)
            LogSuppressed(suppressed);
        return passes;
    }
}

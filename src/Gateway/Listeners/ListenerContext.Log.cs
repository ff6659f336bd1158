using System.Net;
using Microsoft.Extensions.Logging;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Gateway.Listeners;

/// <content>The gateway's messages, 2500 to 2599.</content>
internal sealed partial class ListenerContext
{
    [LoggerMessage(2500, LogLevel.Information, "The gateway listens on {EndPoint}, {Transport}, TLS {Tls}")]
    public partial void LogListening(IPEndPoint endPoint, string transport, string tls);

    [LoggerMessage(2501, LogLevel.Information,
        "The gateway has stopped; {Unfinished} connections were closed with requests or answers outstanding")]
    public partial void LogStopped(int unfinished);

    [LoggerMessage(2502, LogLevel.Debug, "Connection {Id} from {Peer} is open")]
    public partial void LogConnected(long id, IPEndPoint peer);

    [LoggerMessage(2503, LogLevel.Debug, "Connection {Id} from {Peer} is closed: {Reason}")]
    public partial void LogClosed(long id, IPEndPoint peer, string reason);

    [LoggerMessage(2504, LogLevel.Critical,
        "A loop of the gateway has failed; its connections are closed and it takes no new ones. Restart the process")]
    public partial void LogLoopFailed(Exception exception);

    [LoggerMessage(2505, LogLevel.Information,
        "The gateway serves callers in its process only (InProcessOnly); nothing listens on the network")]
    public partial void LogInProcessOnly();

    [LoggerMessage(2510, LogLevel.Warning,
        "A connection was refused: {MaxConnections} are open, which is the limit (MaxConnections)")]
    private partial void LogTooManyConnections(int maxConnections);

    [LoggerMessage(2511, LogLevel.Warning, "A connection could not be accepted: {Problem}. It will be tried again")]
    private partial void LogAcceptFailed(string problem);

    [LoggerMessage(2520, LogLevel.Warning,
        "Connection {Id} from {Peer} is closed: its frame has the length {Length}, which is {Status}; " +
        "frames have 4 to {MaxFrameBytes} bytes (MaxFrameBytes)")]
    private partial void LogBadFrame(long id, IPEndPoint peer, int length, FrameStatus status, int maxFrameBytes);

    [LoggerMessage(2521, LogLevel.Information, "Connection {Id} from {Peer} is closed: {Reason}")]
    private partial void LogOverdue(long id, IPEndPoint peer, string reason);

    [LoggerMessage(2522, LogLevel.Warning,
        "Connection {Id} from {Peer} is closed: all connections together hold {MaxReceiveBytes} bytes of unfinished " +
        "frames, which is the limit (MaxReceiveBytes)")]
    private partial void LogBudgetExceeded(long id, IPEndPoint peer, long maxReceiveBytes);

    [LoggerMessage(2523, LogLevel.Warning,
        "Connection {Id} from {Peer} is closed: it speaks TLS, but no certificate is configured. " +
        "Set TlsCertificatePath, or switch TLS off in the client")]
    private partial void LogTlsWithoutCertificate(long id, IPEndPoint peer);

    [LoggerMessage(2524, LogLevel.Warning,
        "Connection {Id} from {Peer} is closed: it speaks without TLS, which is required (TlsRequired)")]
    private partial void LogPlainRefused(long id, IPEndPoint peer);

    [LoggerMessage(2525, LogLevel.Warning,
        "Connection {Id} from {Peer} is closed: its TLS handshake failed: {Problem}")]
    private partial void LogHandshakeFailed(long id, IPEndPoint peer, string problem);

    [LoggerMessage(2530, LogLevel.Error, "Connection {Id} from {Peer} is closed: its handler threw. This is a defect")]
    private partial void LogHandlerFailed(Exception exception, long id, IPEndPoint peer);

    [LoggerMessage(2531, LogLevel.Error, "The end of a batch failed in the handler. This is a defect")]
    private partial void LogBatchEndFailed(Exception exception);

    [LoggerMessage(2540, LogLevel.Warning, "{Count} messages like the next one were held back")]
    private partial void LogSuppressed(int count);
}

using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Microsoft.Extensions.Logging;
using OrleansMq.Gateway.Connections;

namespace OrleansMq.Gateway.Listeners;

/// <summary>
/// Takes connections on one port, plain and under TLS, and from the process itself, and hands their frames to a
/// handler. On Linux plain connections share <see cref="GatewayOptions.LoopThreads"/> threads; other sockets run on
/// those of .NET, and callers in the process on their own threads.
/// </summary>
public sealed class GatewayListener : IAsyncDisposable
{
    private const int Backlog = 512;

    /// <summary>How long accepting rests after it failed, as when there are no file descriptors left.</summary>
    private static readonly TimeSpan s_acceptPause = TimeSpan.FromMilliseconds(100);

    private readonly GatewayOptions _options;
    private readonly ListenerContext _context;
    private readonly CancellationTokenSource _stopping = new();
    private readonly WatchedConnections _watched = new();
    private readonly PeriodicTimer _watch;
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Action<Socket, long> _startPortable;
    private EpollLoop[] _loops = [];
    private Socket? _socket;
    private Task _accepting = Task.CompletedTask;
    private Task _watching = Task.CompletedTask;
    private int _stopped;
    private bool _isStarted;

    /// <summary>Makes a listener that does not listen yet.</summary>
    /// <param name="options">Where to listen, and the limits; not to be changed afterwards.</param>
    /// <param name="handler">What is done with frames.</param>
    /// <param name="logger">Where messages go.</param>
    /// <param name="isAuthenticationConfigured">Whether the handler refuses requests of unknown senders.</param>
    /// <exception cref="InvalidOperationException">An option is wrong, or the certificate cannot be loaded.</exception>
    public GatewayListener(
        GatewayOptions options, IFrameHandler handler, ILogger logger, bool isAuthenticationConfigured = false)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(handler);
        ArgumentNullException.ThrowIfNull(logger);
        string problems = string.Join(Environment.NewLine, options.Validate(isAuthenticationConfigured));
        if (problems.Length > 0)
            throw new InvalidOperationException(problems);
        _options = options;
        _context = new ListenerContext(options, handler, logger, TlsCertificates.Load(options));
        _startPortable = StartPortable;
        _watch = new PeriodicTimer(TimeSpan.FromMilliseconds(_context.SweepMilliseconds));
    }

    /// <summary>Where the listener listens, with the port it really got.</summary>
    /// <exception cref="InvalidOperationException">It has not been started, or has no socket.</exception>
    public IPEndPoint EndPoint
    {
        get => field ?? throw new InvalidOperationException(
            _isStarted ? "The listener serves its process only." : "Call Start first.");
        private set;
    }

    /// <summary>Connections that are open.</summary>
    public int Connections => _context.Connections;

    /// <summary>
    /// Completes when the listener has stopped; faults when it cannot go on, which a host should answer by stopping.
    /// </summary>
    public Task Completion => _completion.Task;

    /// <summary>What the connections share; for tests.</summary>
    internal ListenerContext Context => _context;

    private bool UsesEpoll => EpollSet.IsSupported && !_options.ForcePortable;

    /// <summary>Listens and takes connections from now on. Once.</summary>
    /// <exception cref="SocketException">The address or port cannot be had.</exception>
    public void Start()
    {
        if (_isStarted)
            throw new InvalidOperationException("The listener has been started already.");
        if (_options.InProcessOnly)
            _context.LogInProcessOnly();
        else
            StartSocket();
        _watching = WatchAsync();
        Volatile.Write(ref _isStarted, true);
    }

    /// <summary>Connects a caller in this process, without a socket; the same limits hold.</summary>
    /// <exception cref="IOException">
    /// The listener is not started, is stopped, or has as many connections as it may.
    /// </exception>
    public InProcessStream Connect()
    {
        if (!Volatile.Read(ref _isStarted))
            throw new IOException("The broker does not listen yet.");
        if (!_context.TryEnter(out long id))
        {
            _context.ReportTooManyConnections();
            throw new IOException(
                $"The broker has {_options.MaxConnections} connections, which is the limit; close some, or raise " +
                $"{GatewayOptions.Section}:{nameof(GatewayOptions.MaxConnections)}.");
        }

        var connection = new InProcessConnection(_context, id);
        if (!_watched.TryAdd(connection, () => connection.Ended))
        {
            _context.Leave();
            throw new IOException("The broker is being stopped.");
        }

        connection.Open();
        return new InProcessStream(connection);
    }

    /// <summary>
    /// Stops: takes no more connections or frames, lets started requests finish, sends what is written and closes.
    /// </summary>
    /// <param name="grace">How long started requests may take; then their connections are closed.</param>
    public async Task StopAsync(TimeSpan grace)
    {
        if (Interlocked.Exchange(ref _stopped, 1) != 0)
        {
            await Task.WhenAny(_completion.Task).ConfigureAwait(false);
            return;
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        _socket?.Dispose();
        await _accepting.ConfigureAwait(false);
        long until = Environment.TickCount64 + (long)grace.TotalMilliseconds;
        int unfinished = 0;
        if (EpollSet.IsSupported)
            unfinished += await StopLoopsAsync(until).ConfigureAwait(false);
        unfinished += await _watched.StopAsync(until).ConfigureAwait(false);
        _watch.Dispose();
        await _watching.ConfigureAwait(false);
        _stopping.Dispose();
        _context.LogStopped(unfinished);
        _completion.TrySetResult();
    }

    /// <summary>Stops at once.</summary>
    public async ValueTask DisposeAsync() => await StopAsync(TimeSpan.Zero).ConfigureAwait(false);

    private void StartSocket()
    {
        var endPoint = new IPEndPoint(IPAddress.Parse(_options.ListenAddress), _options.Port);
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (endPoint.Address.Equals(IPAddress.IPv6Any))
                socket.DualMode = true;
            socket.Bind(endPoint);
            socket.Listen(Backlog);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        _socket = socket;
        EndPoint = (IPEndPoint)socket.LocalEndPoint!;
        if (EpollSet.IsSupported && UsesEpoll)
            StartLoops();
        _accepting = AcceptAsync(socket);
        _context.LogListening(EndPoint, UsesEpoll ? "epoll" : "portable", TlsState());
    }

    private string TlsState() =>
        _context.Tls is null ? "off" : _options.TlsRequired ? "required" : "offered";

    [SupportedOSPlatform("linux")]
    private void StartLoops()
    {
        _loops = new EpollLoop[_options.LoopThreads];
        for (int index = 0; index < _loops.Length; index++)
        {
            _loops[index] = new EpollLoop(_context, index);
            _loops[index].Start();
            _ = ReportLoopAsync(_loops[index].Completion);
        }
    }

    private async Task ReportLoopAsync(Task loop)
    {
        try
        {
            await loop.ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            _completion.TrySetException(exception);
            _socket?.Dispose();
        }
    }

    private async Task AcceptAsync(Socket listener)
    {
        for (int next = 0; !_stopping.IsCancellationRequested && !_completion.Task.IsFaulted; next++)
        {
            try
            {
                Socket socket = await listener.AcceptAsync(_stopping.Token).ConfigureAwait(false);
                Take(socket, next);
            }
            catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException exception)
            {
                if (_stopping.IsCancellationRequested)
                    return;
                _context.ReportAcceptFailed(exception.Message);
                await Task.Delay(s_acceptPause).ConfigureAwait(false);
            }
        }
    }

    private void Take(Socket socket, int next)
    {
        if (!_context.TryEnter(out long id))
        {
            _context.ReportTooManyConnections();
            socket.Dispose();
            return;
        }

        try
        {
            socket.NoDelay = true;
            if (!EpollSet.IsSupported || _loops.Length == 0)
            {
                StartPortable(socket, id);
                return;
            }

            socket.Blocking = false;
            EpollLoop loop = _loops[(uint)next % (uint)_loops.Length];
            new EpollConnection(_context, loop, socket, id, _startPortable).Start();
        }
        catch (SocketException)
        {
            // The peer is gone again already.
            socket.Dispose();
            _context.Leave();
        }
    }

    private void StartPortable(Socket socket, long id)
    {
        PortableConnection connection;
        try
        {
            // The stream wants it so; its asynchronous calls do not block nevertheless.
            socket.Blocking = true;
            connection = new PortableConnection(_context, socket, id);
        }
        catch (Exception exception) when (exception is SocketException or IOException or ObjectDisposedException)
        {
            // The peer is gone again already.
            socket.Dispose();
            _context.Leave();
            return;
        }

        if (_watched.TryAdd(connection, () => Task.Run(connection.RunAsync)))
            return;
        socket.Dispose();
        _context.Leave();
    }

    /// <summary>Looks for overdue connections until all is stopped.</summary>
    private async Task WatchAsync()
    {
        while (await _watch.WaitForNextTickAsync().ConfigureAwait(false))
            _watched.Check(Environment.TickCount64);
    }

    [SupportedOSPlatform("linux")]
    private async Task<int> StopLoopsAsync(long until)
    {
        int unfinished = 0;
        foreach (EpollLoop loop in _loops)
            loop.Drain(until);
        foreach (EpollLoop loop in _loops)
        {
            // A loop that failed has said so through Completion.
            await Task.WhenAny(loop.Completion).ConfigureAwait(false);
            unfinished += loop.Unfinished;
            loop.Dispose();
        }

        return unfinished;
    }
}

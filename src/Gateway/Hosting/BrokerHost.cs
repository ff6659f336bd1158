using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using OrleansMq.Broker.Metadata;
using OrleansMq.Broker.Nodes;
using OrleansMq.Gateway.Connections;
using OrleansMq.Gateway.Listeners;
using OrleansMq.Gateway.Requests;
using OrleansMq.Storage;
using OrleansMq.Storage.Files;
using OrleansMq.Storage.Recovery;
using OrleansMq.Storage.Workers;

namespace OrleansMq.Gateway.Hosting;

/// <summary>
/// A broker with its threads and its listener. Opened, it serves callers in its process; once it listens, clients. It
/// is stopped in the opposite order. Not thread-safe.
/// </summary>
public sealed class BrokerHost : IAsyncDisposable
{
    /// <summary>How long requests that were begun may take when the listener is asked to stop.</summary>
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(2);

    private readonly BrokerSettings _settings;
    private readonly ClientChannels _channels;
    private readonly ILogger _gatewayLogger;
    private readonly List<WorkerThread> _threads;
    private volatile GatewayListener? _listener;
    private bool _isClosed;

    private BrokerHost(BrokerSettings settings, BrokerNode node, ClientChannels channels, ILoggerFactory loggers)
    {
        _settings = settings;
        _channels = channels;
        Node = node;
        _gatewayLogger = loggers.CreateLogger("OrleansMq.Gateway");
        ILogger workerLogger = loggers.CreateLogger("OrleansMq.Workers");
        _threads = [.. node.Workers.Select(worker => new WorkerThread(worker, workerLogger))];
    }

    /// <summary>The broker.</summary>
    public BrokerNode Node { get; }

    /// <summary>The connections of its clients.</summary>
    public ClientChannels Channels => _channels;

    /// <summary>Where it listens; null while it does not, and when it serves its process only.</summary>
    public IPEndPoint? EndPoint => _settings.Gateway.InProcessOnly ? null : _listener?.EndPoint;

    /// <summary>
    /// Whether an exception is about the configuration, the files or the network, so that its message says it all.
    /// </summary>
    public static bool IsExpected(Exception cause) => cause is SettingsException or StoreInUseException
        or StoreCorruptException or StoreIOException or MetadataDamagedException or SocketException
        or InvalidOperationException;

    /// <summary>Opens the store, recovers it, and starts the broker's threads.</summary>
    public static BrokerHost Open(BrokerSettings settings, TimeProvider time, ILoggerFactory loggers)
    {
        IPEndPoint listening = EndPointOf(settings.Gateway);
        settings.Gateway.Port = listening.Port;
        var channels = new ClientChannels(settings.Broker.ClientCalls, time);
        BrokerNode node = BrokerNode.Open(
            settings.IdentityAt(listening), settings.Broker, settings.Store, new MappedFileSystem(), channels, time,
            loggers.CreateLogger("OrleansMq.Broker"));
        return new BrokerHost(settings, node, channels, loggers);
    }

    /// <summary>Lets clients in.</summary>
    /// <param name="around">Puts something between them and the broker; null for nothing.</param>
    /// <exception cref="SettingsException">The address cannot be listened on.</exception>
    public void Listen(Func<IFrameHandler, IFrameHandler>? around = null)
    {
        IFrameHandler handler = new RequestDispatcher(
            Node, _channels, _gatewayLogger, isTlsOffered: _settings.Gateway.TlsCertificatePath is not null);
        var listener = new GatewayListener(_settings.Gateway, around?.Invoke(handler) ?? handler, _gatewayLogger);
        try
        {
            listener.Start();
        }
        catch (SocketException cause)
        {
            throw new SettingsException(
            [
                $"Cannot listen on {_settings.Gateway.ListenAddress}:{_settings.Gateway.Port}: {cause.Message}. "
                    + "Stop what listens there, or choose another --port or --listen.",
            ]);
        }

        _listener = listener;
    }

    /// <summary>
    /// Connects a client in this process, without a socket: the bytes are those of the remoting protocol, and the
    /// limits those of <see cref="GatewayOptions"/>. Any thread.
    /// </summary>
    /// <exception cref="IOException">The broker does not let clients in, or has too many.</exception>
    public InProcessStream Connect() =>
        (_listener ?? throw new IOException($"The broker '{Node.Identity.BrokerName}' does not let clients in now."))
        .Connect();

    /// <summary>
    /// Has the background work do now what is due, and completes when it has; for those who move the broker's clock.
    /// </summary>
    public Task CatchUpAsync() => Task.WhenAll(_threads.Select(thread => thread.CatchUpAsync()));

    /// <summary>Lets nobody in any more, and answers what was begun.</summary>
    public async Task StopListeningAsync()
    {
        if (_listener is null)
            return;

        Task stopping = _listener.StopAsync(StopGrace);
        Node.Puller.AnswerHeld();
        Node.Popper.AnswerHeld();
        await stopping.ConfigureAwait(false);
        _listener = null;
    }

    /// <summary>Stops listening, saves what is to be saved, and closes the store. May be called twice.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isClosed)
            return;

        _isClosed = true;
        await StopListeningAsync().ConfigureAwait(false);
        foreach (WorkerThread thread in _threads)
            thread.Dispose();

        // Callers in the process may have begun to wait after the listener had stopped.
        Node.Puller.AnswerHeld();
        Node.Popper.AnswerHeld();
        Node.Dispose();
    }

    /// <summary>
    /// Where to listen. Clients are told the port in routes, so that it is chosen before the store opens.
    /// </summary>
    private static IPEndPoint EndPointOf(GatewayOptions options)
    {
        IPAddress address = IPAddress.Parse(options.ListenAddress);
        if (options.Port != 0)
            return new IPEndPoint(address, options.Port);

        using var probe = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(address, 0));
        return (IPEndPoint)probe.LocalEndPoint!;
    }
}

using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansMq.Broker.Metadata;
using OrleansMq.Broker.Nodes;
using OrleansMq.Gateway;
using OrleansMq.Gateway.Listeners;
using OrleansMq.Gateway.Requests;
using OrleansMq.Storage;
using OrleansMq.Storage.Files;
using OrleansMq.Storage.Recovery;
using OrleansMq.Storage.Workers;

namespace OrleansMq.Standalone.Hosting;

/// <summary>Starts a broker with its threads and its listener, and stops them in the opposite order.</summary>
internal sealed class BrokerService(BrokerSettings settings, TimeProvider time, ILoggerFactory loggers)
    : IHostedService, IAsyncDisposable
{
    /// <summary>How long requests that were begun may take when the process is asked to stop.</summary>
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(2);

    private BrokerNode? _node;
    private GatewayListener? _listener;
    private List<WorkerThread> _threads = [];

    /// <summary>
    /// Whether an exception is about the configuration, the files or the network, so that its message says it all.
    /// </summary>
    public static bool IsExpected(Exception cause) => cause is SettingsException or StoreInUseException
        or StoreCorruptException or StoreIOException or MetadataDamagedException or SocketException
        or InvalidOperationException;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        IPEndPoint listening = EndPointOf(settings.Gateway);
        settings.Gateway.Port = listening.Port;
        var channels = new ClientChannels();
        _node = BrokerNode.Open(
            settings.IdentityAt(listening), settings.Broker, settings.Store, new MappedFileSystem(), channels, time,
            loggers.CreateLogger("OrleansMq.Broker"));
        try
        {
            ILogger workerLogger = loggers.CreateLogger("OrleansMq.Workers");
            _threads = [.. _node.Workers.Select(worker => new WorkerThread(worker, workerLogger))];

            ILogger gatewayLogger = loggers.CreateLogger("OrleansMq.Gateway");
            _listener = new GatewayListener(
                settings.Gateway, new RequestDispatcher(_node, channels, gatewayLogger), gatewayLogger);
            Listen(_listener, listening);
        }
        catch
        {
            CloseNode();
            throw;
        }

        Greet(_node.Identity, _listener.EndPoint);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_listener is not null)
        {
            Task stopping = _listener.StopAsync(StopGrace);
            _node?.Puller.AnswerHeld();
            await stopping.ConfigureAwait(false);
        }

        CloseNode();
        Console.WriteLine("Stopped cleanly.");
    }

    public async ValueTask DisposeAsync()
    {
        if (_listener is not null)
            await _listener.DisposeAsync().ConfigureAwait(false);
        CloseNode();
    }

    private void Greet(BrokerIdentity identity, IPEndPoint endPoint)
    {
        string promise = settings.Store.FlushMode == FlushMode.Sync
            ? "once they are on disk"
            : $"from memory and are on disk within {settings.Store.FlushWindow.TotalMilliseconds:F0} ms";
        Console.WriteLine(
            $"OrleansMq broker '{identity.BrokerName}' listens on {endPoint}, for clients at {identity.AddressText} "
            + "(name server and broker)");
        Console.WriteLine($"Its data lies in {settings.Store.Directory}");
        Console.WriteLine($"Sends are acknowledged {promise}. Ctrl-C stops it.");
    }

    private static void Listen(GatewayListener listener, IPEndPoint address)
    {
        try
        {
            listener.Start();
        }
        catch (SocketException cause)
        {
            throw new SettingsException(
            [
                $"Cannot listen on {address}: {cause.Message}. Stop what listens there, or choose another "
                    + "--port or --listen.",
            ]);
        }
    }

    private void CloseNode()
    {
        foreach (WorkerThread thread in _threads)
            thread.Dispose();
        _threads = [];
        _node?.Dispose();
        _node = null;
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

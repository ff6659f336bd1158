using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansMq.Broker;
using OrleansMq.Broker.Nodes;
using OrleansMq.Gateway.Listeners;
using OrleansMq.Gateway.Requests;
using OrleansMq.Gateway.Tests.Listeners;
using OrleansMq.Storage;
using OrleansMq.Storage.Files;

namespace OrleansMq.Gateway.Tests.Requests;

/// <summary>A broker on a temporary directory behind a listener on a free port. Its workers do not run.</summary>
public sealed class TestBroker : IAsyncDisposable
{
    private readonly List<TestClient> _clients = [];
    private readonly GatewayListener _listener;
    private readonly string _directory = Directory.CreateTempSubdirectory("omq-gateway-").FullName;

    public TestBroker(Action<BrokerOptions>? configure = null, TimeProvider? time = null)
    {
        var store = new StoreOptions
        {
            Directory = _directory,
            CommitLogFileBytes = 256 * 1024,
            ConsumeQueueFileEntries = 64,
            IndexFileSlots = 64,
            IndexFileEntries = 256,
            DiskCleanRatio = 1,
            DiskFullRatio = 1,

            // Nothing is flushed here, so that no request may have to wait for it.
            FlushWindow = TimeSpan.FromMinutes(1),
        };
        var identity = new BrokerIdentity("DefaultCluster", "broker-a", new IPEndPoint(IPAddress.Loopback, 9876));
        var options = new BrokerOptions();
        configure?.Invoke(options);
        Channels = new ClientChannels(options.ClientCalls, TimeProvider.System);
        Node = BrokerNode.Open(
            identity, options, store, new MappedFileSystem(), Channels, time ?? TimeProvider.System,
            NullLogger.Instance);
        _listener = new GatewayListener(
            new GatewayOptions { Port = 0, MaxFrameBytes = MaxFrameBytes },
            new RequestDispatcher(Node, Channels, Logger), Logger);
        _listener.Start();
    }

    public static int MaxFrameBytes => 64 * 1024;

    public BrokerNode Node { get; }

    public ClientChannels Channels { get; }

    public TestLogger Logger { get; } = new();

    /// <summary>Opens a connection.</summary>
    public TestClient Connect()
    {
        var client = new TestClient(new TestPeer(_listener.EndPoint));
        _clients.Add(client);
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (TestClient client in _clients)
            client.Dispose();
        await _listener.DisposeAsync();
        Node.Dispose();
        Directory.Delete(_directory, recursive: true);
    }
}

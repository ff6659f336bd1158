using OrleansMq.Gateway.Listeners;

namespace OrleansMq.Gateway.Tests.Listeners;

/// <summary>A listener on a free port with a <see cref="TestHandler"/> behind it.</summary>
public sealed class TestGateway : IAsyncDisposable
{
    /// <summary>How long anything may take before a test gives up; a working one never waits so long.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly List<TestPeer> _peers = [];

    public TestGateway(GatewayOptions options)
    {
        options.Port = 0;
        Listener = new GatewayListener(options, Handler, Logger);
        Listener.Start();
    }

    public TestHandler Handler { get; } = new();

    public TestLogger Logger { get; } = new();

    public GatewayListener Listener { get; }

    /// <summary>Opens a connection.</summary>
    public TestPeer Connect()
    {
        var peer = new TestPeer(Listener.EndPoint);
        _peers.Add(peer);
        return peer;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (TestPeer peer in _peers)
            peer.Dispose();
        await Listener.DisposeAsync();
    }
}

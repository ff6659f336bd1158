using OrleansMq.Gateway.Listeners;

namespace OrleansMq.Gateway.Tests.Listeners;

/// <summary>A listener on a free port with a <see cref="TestHandler"/> behind it.</summary>
public sealed class TestGateway : IAsyncDisposable
{
    /// <summary>How long anything may take before a test gives up; a working one never waits so long.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly List<TestPeer> _peers = [];

    private readonly ConnectionKind _kind;

    public TestGateway(GatewayOptions options, ConnectionKind kind = ConnectionKind.Epoll)
    {
        _kind = kind;
        options.ForcePortable |= kind == ConnectionKind.Portable;
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
        TestPeer peer = _kind == ConnectionKind.InProcess
            ? new TestPeer(Listener.Connect())
            : new TestPeer(Listener.EndPoint);
        _peers.Add(peer);
        return peer;
    }

    /// <summary>Fails unless no further connection is taken.</summary>
    public void AssertRefused()
    {
        if (_kind == ConnectionKind.InProcess)
            Assert.Throws<IOException>(Listener.Connect);
        else
            Connect().AssertClosed();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (TestPeer peer in _peers)
            peer.Dispose();
        await Listener.DisposeAsync();
    }
}

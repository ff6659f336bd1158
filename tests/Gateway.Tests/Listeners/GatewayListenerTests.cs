using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansMq.Gateway.Connections;
using OrleansMq.Gateway.Listeners;

namespace OrleansMq.Gateway.Tests.Listeners;

/// <summary>Taking connections and stopping; the same for every kind of connection.</summary>
public abstract class GatewayListenerTests(ConnectionKind kind)
{
    private const int MostReceivedBytes = 256 * 1024;

    [Fact]
    public async Task ThousandConnections_AreServed()
    {
        await using var gateway = new TestGateway(new GatewayOptions(), kind);
        TestPeer[] peers = [.. Enumerable.Range(0, 1000).Select(_ => gateway.Connect())];
        for (int round = 0; round < 2; round++)
        {
            foreach (TestPeer peer in peers)
                peer.Send(TestPeer.Frame(TestHandler.Echo, round));
            foreach (TestPeer peer in peers)
                Assert.Equal(TestPeer.Frame(TestHandler.Echo, round), peer.Receive());
        }

        Assert.Equal(1000, gateway.Listener.Connections);
    }

    [Fact]
    public async Task Connection_IsRefused_WhenThereAreTooMany()
    {
        var options = new GatewayOptions();
        options.MaxConnections = 2;
        await using var gateway = new TestGateway(options, kind);
        TestPeer first = gateway.Connect();
        first.RoundTrip();
        gateway.Connect().RoundTrip();
        gateway.AssertRefused();
        gateway.Logger.WaitFor(2510);
        first.Dispose();
        gateway.Handler.TakeClosed();
        gateway.Connect().RoundTrip();
    }

    [Fact]
    public async Task Stop_WaitsForAnswers_WhenRequestsAreInFlight()
    {
        await using var gateway = new TestGateway(new GatewayOptions(), kind);
        TestPeer peer = gateway.Connect();
        peer.Send(TestPeer.Frame(TestHandler.Hold, 5));
        TestPeer idle = gateway.Connect();
        idle.RoundTrip();
        gateway.Handler.WaitUntilHeld();
        Task stopping = gateway.Listener.StopAsync(TestGateway.Limit);
        idle.AssertClosed();
        Assert.False(stopping.IsCompleted);
        gateway.Handler.ReleaseOne();
        Assert.Equal(TestPeer.Frame(TestHandler.Hold, 5), peer.Receive());
        peer.AssertClosed();
        await stopping.WaitAsync(TestGateway.Limit);
        Assert.Equal(0, gateway.Listener.Connections);
        Assert.Equal(2, gateway.Handler.Closed.Count);
        Assert.True(gateway.Listener.Completion.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Stop_IgnoresNewFrames_WhileRequestsAreInFlight()
    {
        await using var gateway = new TestGateway(new GatewayOptions(), kind);
        TestPeer peer = gateway.Connect();
        TestPeer idle = gateway.Connect();
        idle.RoundTrip();
        gateway.Handler.TakeConnected();
        peer.Send(TestPeer.Frame(TestHandler.Hold, 5));
        Connection watched = gateway.Handler.TakeConnected();
        gateway.Handler.WaitUntilHeld();
        Task stopping = gateway.Listener.StopAsync(TestGateway.Limit);
        idle.AssertClosed();
        peer.Send(TestPeer.Frame(TestHandler.Echo, 6));
        gateway.Handler.ReleaseOne();
        Assert.Equal(TestPeer.Frame(TestHandler.Hold, 5), peer.Receive());
        peer.AssertClosed();
        await stopping.WaitAsync(TestGateway.Limit);
        Assert.Equal(1, gateway.Handler.Frames(watched));
    }

    [Fact]
    public async Task Stop_ClosesConnections_WhenTheGraceIsOver()
    {
        await using var gateway = new TestGateway(new GatewayOptions(), kind);
        TestPeer peer = gateway.Connect();
        peer.Send(TestPeer.Frame(TestHandler.Hold, 5));
        gateway.Handler.WaitUntilHeld();
        Task stopping = gateway.Listener.StopAsync(TimeSpan.FromMilliseconds(20));
        peer.AssertClosed();
        await stopping.WaitAsync(TestGateway.Limit);
        Assert.Equal("the gateway stops", gateway.Handler.TakeClosed().CloseReason);
    }

    [Fact]
    public async Task Stop_RefusesNewConnections()
    {
        await using var gateway = new TestGateway(new GatewayOptions(), kind);
        IPEndPoint endPoint = gateway.Listener.EndPoint;
        await gateway.Listener.StopAsync(TimeSpan.Zero).WaitAsync(TestGateway.Limit);
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        var exception = Assert.Throws<SocketException>(() => socket.Connect(endPoint));
        Assert.Equal(SocketError.ConnectionRefused, exception.SocketErrorCode);
    }

    [Fact]
    public async Task Start_Fails_WhenThePortIsTaken()
    {
        await using var gateway = new TestGateway(new GatewayOptions(), kind);
        var options = new GatewayOptions();
        options.Port = gateway.Listener.EndPoint.Port;
        await using var second = new GatewayListener(options, gateway.Handler, NullLogger.Instance);
        Assert.Equal(SocketError.AddressAlreadyInUse, Assert.Throws<SocketException>(second.Start).SocketErrorCode);
    }

    [Fact]
    public async Task Hog_DoesNotStarveOthers()
    {
        byte[] frame = TestPeer.Frame(TestHandler.Echo, new byte[91]);
        await using var gateway = new TestGateway(new GatewayOptions(), kind);
        TestPeer hog = gateway.Connect();
        hog.Send(frame);
        gateway.Handler.Watched = gateway.Handler.TakeConnected();
        byte[] pipelined = [.. Enumerable.Repeat(frame, 10_000).SelectMany(bytes => bytes)];
        bool isDone = false;
        long answered = 0;
        Task sending = Task.Run(() =>
        {
            while (!Volatile.Read(ref isDone))
                hog.Send(pipelined);
            hog.EndSending();
        });
        Task receiving = Task.Run(() =>
        {
            byte[] buffer = new byte[1024 * 1024];
            while (hog.ReceiveSome(buffer) is > 0 and int count)
                Interlocked.Add(ref answered, count / frame.Length);
        });
        Assert.True(SpinWait.SpinUntil(() => Interlocked.Read(ref answered) > 0, TestGateway.Limit));
        TestPeer[] others = [.. Enumerable.Range(0, 8).Select(_ => gateway.Connect())];
        for (int round = 0; round < 50; round++)
        {
            foreach (TestPeer other in others)
                other.RoundTrip();
        }

        Volatile.Write(ref isDone, true);
        await Task.WhenAll(sending, receiving).WaitAsync(TestGateway.Limit);
        // A batch takes one receive of a connection, and what was left of the one before.
        Assert.InRange(gateway.Handler.MostFramesInBatch, 1, (MostReceivedBytes / frame.Length) + 1);
    }
}

/// <summary>On epoll loops where there are some, as on Linux.</summary>
public sealed class EpollListenerTests() : GatewayListenerTests(ConnectionKind.Epoll)
{
    [Fact]
    public async Task PausedConnection_IsClosed_WhenItsPeerResets()
    {
        if (!EpollSet.IsSupported)
            return;
        await using var gateway = new TestGateway(new GatewayOptions { MaxInFlightPerConnection = 1 });
        TestPeer peer = gateway.Connect();
        peer.Send(TestPeer.Frame(TestHandler.Hold, 1));
        gateway.Handler.WaitUntilHeld();
        gateway.Connect().RoundTrip();
        peer.Abort();
        Assert.Equal("its peer is gone", gateway.Handler.TakeClosed().CloseReason);
    }
}

/// <summary>On the sockets of .NET.</summary>
public sealed class PortableListenerTests() : GatewayListenerTests(ConnectionKind.Portable);

/// <summary>In the process.</summary>
public sealed class InProcessListenerTests() : GatewayListenerTests(ConnectionKind.InProcess)
{
    [Fact]
    public async Task Connect_NeedsNoSocket()
    {
        await using var gateway = new TestGateway(
            new GatewayOptions { InProcessOnly = true }, ConnectionKind.InProcess);
        gateway.Connect().RoundTrip();
        gateway.Logger.WaitFor(2505);
        Assert.Throws<InvalidOperationException>(() => gateway.Listener.EndPoint);
    }

    [Fact]
    public async Task Connect_IsRefused_BeforeTheListenerStarts_AndAfterItStopped()
    {
        await using var listener = new GatewayListener(
            new GatewayOptions { InProcessOnly = true }, new TestHandler(), NullLogger.Instance);
        Assert.Contains("not listen yet", Assert.Throws<IOException>(listener.Connect).Message, StringComparison.Ordinal);
        listener.Start();
        await listener.StopAsync(TimeSpan.Zero);
        Assert.Contains("stopped", Assert.Throws<IOException>(listener.Connect).Message, StringComparison.Ordinal);
        Assert.Equal(0, listener.Connections);
    }

    [Fact]
    public async Task Connect_NamesTheLimit_WhenThereAreTooMany()
    {
        await using var gateway = new TestGateway(
            new GatewayOptions { MaxConnections = 1 }, ConnectionKind.InProcess);
        gateway.Connect();
        IOException refusal = Assert.Throws<IOException>(gateway.Listener.Connect);
        Assert.Contains("MaxConnections", refusal.Message, StringComparison.Ordinal);
    }
}

using System.Buffers.Binary;
using System.Net;
using OrleansMq.Gateway.Connections;
using OrleansMq.Gateway.Tests.Listeners;
using OrleansMq.Messages.Identity;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Gateway.Tests.Connections;

/// <summary>Frames in, answers out, over what really carries them; the same for every kind of connection.</summary>
public abstract class ConnectionTests(ConnectionKind kind)
{
    [Fact]
    public async Task Frames_AreAnswered_WhenSplitAtAnyByte()
    {
        await using var gateway = new TestGateway(new GatewayOptions(), kind);
        TestPeer peer = gateway.Connect();
        TestPeer other = gateway.Connect();
        for (int split = 1; split < TestPeer.Frame(TestHandler.Echo, 0).Length; split++)
        {
            byte[] frame = TestPeer.Frame(TestHandler.Echo, split);
            peer.Send(frame.AsSpan(0, split));
            // By the time that this one is answered, the first part has been received.
            other.RoundTrip();
            peer.Send(frame.AsSpan(split));
            Assert.Equal(frame, peer.Receive());
        }
    }

    [Fact]
    public async Task Frames_AreAnsweredInOrder_WhenManyComeInOneWrite()
    {
        const int count = 20_000;
        await using var gateway = new TestGateway(new GatewayOptions(), kind);
        TestPeer peer = gateway.Connect();
        byte[] all = [.. Enumerable.Range(0, count).SelectMany(number => TestPeer.Frame(TestHandler.Echo, number))];
        Task sending = Task.Run(() => peer.Send(all));
        for (int number = 0; number < count; number++)
            Assert.Equal(number, BinaryPrimitives.ReadInt32BigEndian(peer.Receive().AsSpan(9)));
        await sending;
    }

    [Theory]
    [InlineData(5)]
    [InlineData(65_000)]
    [InlineData(65_536)]
    [InlineData(131_072)]
    [InlineData(1_000_000)]
    [InlineData(4 * 1024 * 1024)]
    public async Task Frame_ComesWhole_WhateverItsSize(int size)
    {
        var options = new GatewayOptions();
        options.MaxFrameBytes = 4 * 1024 * 1024;
        await using var gateway = new TestGateway(options, kind);
        TestPeer peer = gateway.Connect();
        byte[] payload = new byte[size - 5];
        new Random(size).NextBytes(payload);
        byte[] frame = TestPeer.Frame(TestHandler.Echo, payload);
        for (int round = 0; round < 3; round++)
        {
            Task sending = Task.Run(() => peer.Send(frame));
            Assert.True(frame.AsSpan().SequenceEqual(peer.Receive()));
            await sending;
        }

        peer.Dispose();
        gateway.Handler.TakeClosed();
        Assert.Equal(0, gateway.Listener.Context.Budget.Taken);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(3)]
    [InlineData(int.MinValue)]
    [InlineData(int.MaxValue)]
    [InlineData(1001)]
    public async Task BadLength_ClosesThatConnectionOnly(int length)
    {
        var options = new GatewayOptions();
        options.MaxFrameBytes = 1000;
        await using var gateway = new TestGateway(options, kind);
        TestPeer good = gateway.Connect();
        good.RoundTrip();
        TestPeer bad = gateway.Connect();
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteInt32BigEndian(bytes, length);
        bad.Send(bytes);
        bad.AssertClosed();
        gateway.Logger.WaitFor(2520);
        good.RoundTrip();
    }

    [Fact]
    public async Task FramesBeforeABadOne_AreAnswered()
    {
        await using var gateway = new TestGateway(new GatewayOptions(), kind);
        TestPeer peer = gateway.Connect();
        byte[] frame = TestPeer.Frame(TestHandler.Echo, 1);
        peer.Send([.. frame, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]);
        Assert.Equal(frame, peer.Receive());
        peer.AssertClosed();
    }

    [Fact]
    public async Task LengthAlone_TakesLittleMemory()
    {
        await using var gateway = new TestGateway(new GatewayOptions(), kind);
        TestPeer peer = gateway.Connect();
        peer.RoundTrip();
        peer.Send([0x00, 0xff, 0xff, 0xff, 0, 0, 0, 0]);
        gateway.Connect().RoundTrip();
        Assert.InRange(gateway.Listener.Context.Budget.Taken, 0, 64 * 1024);
    }

    [Fact]
    public async Task UnfinishedFrames_AreClosed_WhenTheyTakeTooMuchTogether()
    {
        var options = new GatewayOptions();
        options.MaxFrameBytes = 1024 * 1024;
        options.MaxReceiveBytes = 1024 * 1024;
        await using var gateway = new TestGateway(options, kind);
        byte[] most = TestPeer.Frame(TestHandler.Echo, new byte[1000 * 1024])[..^1];
        gateway.Connect().Send(most);
        TestPeer second = gateway.Connect();
        try
        {
            second.Send(most);
        }
        catch (IOException)
        {
            // Closed before all was sent.
        }

        gateway.Logger.WaitFor(2522);
        Assert.Equal("unfinished frames take too much memory", gateway.Handler.TakeClosed().CloseReason);
    }

    [Fact]
    public async Task Answers_Arrive_WhenWrittenByOtherThreads()
    {
        await using var gateway = new TestGateway(new GatewayOptions(), kind);
        TestPeer peer = gateway.Connect();
        HashSet<int> expected = [.. Enumerable.Range(0, 2000)];
        foreach (int number in expected)
            peer.Send(TestPeer.Frame(TestHandler.EchoFromThread, number));
        while (expected.Count > 0)
            Assert.True(expected.Remove(BinaryPrimitives.ReadInt32BigEndian(peer.Receive().AsSpan(9))));
    }

    [Fact]
    public async Task Answers_Arrive_WhenWrittenAtTheEndOfTheBatch()
    {
        await using var gateway = new TestGateway(new GatewayOptions(), kind);
        TestPeer peer = gateway.Connect();
        for (int number = 0; number < 100; number++)
            peer.RoundTrip(TestHandler.EchoAtBatchEnd, number);
    }

    [Fact]
    public async Task Push_Arrives_WhenThePeerIsSilent()
    {
        await using var gateway = new TestGateway(new GatewayOptions(), kind);
        TestPeer peer = gateway.Connect();
        peer.RoundTrip();
        Connection connection = gateway.Handler.TakeConnected();
        byte[] frame = TestPeer.Frame(0, 77);
        for (int round = 0; round < 100; round++)
        {
            TestHandler.Answer(connection, frame.AsSpan(4));
            Assert.Equal(frame, peer.Receive());
        }
    }

    [Fact]
    public async Task Frames_ReachOtherConnections_WhenThereAreManyLoops()
    {
        var options = new GatewayOptions();
        options.LoopThreads = 3;
        await using var gateway = new TestGateway(options, kind);
        TestPeer[] peers = [.. Enumerable.Range(0, 12).Select(_ => gateway.Connect())];
        foreach (TestPeer peer in peers)
            peer.RoundTrip();
        for (int from = 0; from < peers.Length; from++)
        {
            byte[] frame = TestPeer.Frame(TestHandler.Forward, from);
            peers[from].Send(frame);
            foreach (TestPeer peer in peers.Where(peer => peer != peers[from]))
                Assert.Equal(frame, peer.Receive());
        }
    }

    [Fact]
    public async Task Reading_Pauses_WhenTooManyRequestsAreInFlight()
    {
        const int limit = 4;
        var options = new GatewayOptions();
        options.MaxInFlightPerConnection = limit;
        await using var gateway = new TestGateway(options, kind);
        TestPeer peer = gateway.Connect();
        for (int number = 0; number < 100; number++)
            peer.Send(TestPeer.Frame(TestHandler.Hold, number));
        Connection connection = gateway.Handler.TakeConnected();
        for (int number = 0; number < 100; number++)
        {
            gateway.Handler.ReleaseOne();
            Assert.Equal(TestPeer.Frame(TestHandler.Hold, number), peer.Receive());
            gateway.Connect().RoundTrip();
            Assert.InRange(connection.InFlight, 0, limit);
            Assert.InRange(gateway.Handler.Frames(connection), 0, number + 1 + limit);
        }

        Assert.Equal(0, connection.InFlight);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(8)]
    public async Task Reading_GoesOn_WhenAnswersComeWhileItPauses(int limit)
    {
        const int count = 5_000;
        var options = new GatewayOptions();
        options.MaxInFlightPerConnection = limit;
        await using var gateway = new TestGateway(options, kind);
        TestPeer peer = gateway.Connect();
        byte[] all = [.. Enumerable.Range(0, count).SelectMany(number =>
            TestPeer.Frame(TestHandler.EchoFromThread, number))];
        Task sending = Task.Run(() => peer.Send(all));
        HashSet<int> expected = [.. Enumerable.Range(0, count)];
        while (expected.Count > 0)
            Assert.True(expected.Remove(BinaryPrimitives.ReadInt32BigEndian(peer.Receive().AsSpan(9))));
        await sending;
    }

    [Fact]
    public async Task Reading_PausesAndResumes_WhenTheReaderIsSlow()
    {
        const int count = 64;
        var options = new GatewayOptions();
        options.MaxOutputBytesPerConnection = 2 * 1024 * 1024;
        await using var gateway = new TestGateway(options, kind);
        TestPeer peer = gateway.Connect();
        for (int number = 0; number < count; number++)
            peer.Send(TestPeer.Frame(TestHandler.Big, 1024 * 1024));
        Connection connection = gateway.Handler.TakeConnected();
        gateway.Connect().RoundTrip();
        Assert.InRange(gateway.Handler.Frames(connection), 0, count - 1);
        for (int number = 0; number < count; number++)
            Assert.Equal(4 + (1024 * 1024), peer.Receive().Length);
        Assert.Equal(count, gateway.Handler.Frames(connection));
    }

    [Fact]
    public async Task Close_Follows_WhenTheReaderTakesNothing()
    {
        var options = new GatewayOptions();
        options.MaxOutputBytesPerConnection = 2 * 1024 * 1024;
        options.SlowReaderTimeout = TimeSpan.FromMilliseconds(200);
        await using var gateway = new TestGateway(options, kind);
        TestPeer peer = gateway.Connect();
        for (int number = 0; number < 64; number++)
            peer.Send(TestPeer.Frame(TestHandler.Big, 1024 * 1024));
        Assert.Equal("its reader takes no answers", gateway.Handler.TakeClosed().CloseReason);
        gateway.Connect().RoundTrip();
    }

    [Fact]
    public async Task Close_Follows_WhenPushesExceedTwiceTheOutputLimit()
    {
        var options = new GatewayOptions();
        options.MaxOutputBytesPerConnection = 1024 * 1024;
        await using var gateway = new TestGateway(options, kind);
        TestPeer peer = gateway.Connect();
        peer.RoundTrip();
        Connection connection = gateway.Handler.TakeConnected();
        for (int pushes = 0; pushes < 1000 && !connection.IsClosed; pushes++)
            TestHandler.Answer(connection, new byte[1024 * 1024]);
        Assert.Equal("its reader is too slow for its answers", gateway.Handler.TakeClosed().CloseReason);
    }

    [Fact]
    public async Task Close_Follows_WhenAFrameDoesNotGetComplete()
    {
        var options = new GatewayOptions();
        options.FrameTimeout = TimeSpan.FromMilliseconds(100);
        await using var gateway = new TestGateway(options, kind);
        TestPeer peer = gateway.Connect();
        peer.RoundTrip();
        peer.Send(TestPeer.Frame(TestHandler.Echo, 1).AsSpan(0, 6));
        peer.AssertClosed();
        Assert.Equal("its frame did not get complete in time", gateway.Handler.TakeClosed().CloseReason);
        gateway.Logger.WaitFor(2521);
    }

    [Fact]
    public async Task Close_Follows_WhenIdle()
    {
        var options = new GatewayOptions();
        options.IdleTimeout = TimeSpan.FromMilliseconds(100);
        await using var gateway = new TestGateway(options, kind);
        TestPeer peer = gateway.Connect();
        peer.RoundTrip();
        peer.AssertClosed();
        Assert.Equal("it was idle", gateway.Handler.TakeClosed().CloseReason);
    }

    [Fact]
    public async Task Close_Follows_WhenNotAByteEverComes()
    {
        var options = new GatewayOptions();
        options.IdleTimeout = TimeSpan.FromMilliseconds(100);
        await using var gateway = new TestGateway(options, kind);
        gateway.Connect().AssertClosed();
    }

    [Fact]
    public async Task Close_SendsWhatIsWritten()
    {
        await using var gateway = new TestGateway(new GatewayOptions(), kind);
        TestPeer peer = gateway.Connect();
        peer.RoundTrip(TestHandler.Close);
        peer.AssertClosed();
        Assert.Equal("the peer asked for it", gateway.Handler.TakeClosed().CloseReason);
    }

    [Fact]
    public async Task Close_Works_FromAnotherThread()
    {
        await using var gateway = new TestGateway(new GatewayOptions(), kind);
        TestPeer peer = gateway.Connect();
        peer.RoundTrip();
        Connection connection = gateway.Handler.TakeConnected();
        connection.Close("the test wants it");
        connection.Close("the test wants it again");
        peer.AssertClosed();
        Assert.Same(connection, gateway.Handler.TakeClosed());
        Assert.Equal("the test wants it", connection.CloseReason);
        Assert.Empty(gateway.Handler.Closed);
    }

    [Fact]
    public async Task Write_IsThrownAway_WhenClosed()
    {
        await using var gateway = new TestGateway(new GatewayOptions(), kind);
        TestPeer peer = gateway.Connect();
        peer.RoundTrip();
        peer.Dispose();
        Connection connection = gateway.Handler.TakeClosed();
        TestHandler.Answer(connection, new byte[100_000]);
        using (connection.Write(out OutputBuffer output))
            Assert.Equal(0, output.Length);
        Assert.True(connection.IsClosed);
    }

    [Fact]
    public async Task Closed_IsToldOnce_WhenThePeerResets()
    {
        await using var gateway = new TestGateway(new GatewayOptions(), kind);
        TestPeer peer = gateway.Connect();
        peer.RoundTrip();
        peer.Abort();
        Assert.Same(gateway.Handler.TakeConnected(), gateway.Handler.TakeClosed());
        await gateway.Listener.DisposeAsync();
        Assert.Empty(gateway.Handler.Closed);
        Assert.Equal(0, gateway.Listener.Connections);
    }

    [Fact]
    public async Task RemoteEndPoint_IsThePeers()
    {
        await using var gateway = new TestGateway(new GatewayOptions(), kind);
        TestPeer peer = gateway.Connect();
        peer.RoundTrip();
        IPEndPoint expected = peer.EndPoint;
        Connection connection = gateway.Handler.TakeConnected();
        Assert.Equal(expected, connection.RemoteEndPoint);
        Assert.Equal(HostAddress.From(expected), connection.RemoteHost);
        Assert.False(connection.IsEncrypted);
    }

    [Theory]
    [InlineData(TestHandler.Throw)]
    [InlineData(TestHandler.ThrowAtBatchEnd)]
    public async Task OtherConnections_GoOn_WhenTheHandlerThrows(byte command)
    {
        await using var gateway = new TestGateway(new GatewayOptions(), kind);
        TestPeer good = gateway.Connect();
        good.RoundTrip();
        TestPeer bad = gateway.Connect();
        bad.Send(TestPeer.Frame(command, 0));
        gateway.Logger.WaitFor(command == TestHandler.Throw ? 2530 : 2531);
        if (command == TestHandler.Throw)
            bad.AssertClosed();
        else
            bad.RoundTrip();
        good.RoundTrip();
    }

    [Fact]
    public async Task Connection_IsClosed_WhenTheHandlerThrowsOnIt()
    {
        await using var gateway = new TestGateway(new GatewayOptions(), kind);
        gateway.Handler.ThrowOnConnected = true;
        TestPeer bad = gateway.Connect();
        bad.Send(TestPeer.Frame(TestHandler.Echo, 0));
        bad.AssertClosed();
        gateway.Logger.WaitFor(2530);
        gateway.Handler.ThrowOnConnected = false;
        gateway.Connect().RoundTrip();
    }
}

/// <summary>On an epoll loop where there is one, as on Linux.</summary>
public sealed class EpollConnectionTests() : ConnectionTests(ConnectionKind.Epoll);

/// <summary>On the sockets of .NET.</summary>
public sealed class PortableConnectionTests() : ConnectionTests(ConnectionKind.Portable);

/// <summary>In the process.</summary>
public sealed class InProcessConnectionTests() : ConnectionTests(ConnectionKind.InProcess)
{
    [Fact]
    public async Task Read_EndsWithWhatIsWritten_WhenTheGatewayCloses()
    {
        await using var gateway = new TestGateway(new GatewayOptions(), ConnectionKind.InProcess);
        await using InProcessStream stream = gateway.Listener.Connect();
        byte[] frame = TestPeer.Frame(TestHandler.Close, 1);
        await stream.WriteAsync(frame);
        Assert.Equal(frame.Length, stream.Available);
        Assert.Equal(5, await stream.ReadAsync(new byte[5]));
        Assert.Equal(frame.Length - 5, await stream.ReadAsync(new byte[100]));
        Assert.Equal(0, await stream.ReadAsync(new byte[100]));
        await Assert.ThrowsAsync<IOException>(() => stream.WriteAsync(frame).AsTask());
        gateway.Handler.TakeClosed();
        Assert.Equal(0, await stream.ReadAsync(new byte[100]));
    }

    [Fact]
    public async Task Closed_IsTold_WhenThePeerDoesNotReadWhatIsLeft()
    {
        await using var gateway = new TestGateway(
            new GatewayOptions { IdleTimeout = TimeSpan.FromMilliseconds(100) }, ConnectionKind.InProcess);
        await using InProcessStream stream = gateway.Listener.Connect();
        await stream.WriteAsync(TestPeer.Frame(TestHandler.Close, 1));
        Assert.Equal("the peer asked for it", gateway.Handler.TakeClosed().CloseReason);
        Assert.Equal(0, gateway.Listener.Connections);
    }

    [Fact]
    public async Task ReadAndWrite_EndAtOnce_WhenTheStreamIsDisposed()
    {
        await using var gateway = new TestGateway(
            new GatewayOptions { MaxInFlightPerConnection = 1 }, ConnectionKind.InProcess);
        InProcessStream stream = gateway.Listener.Connect();
        Task<int> reading = stream.ReadAsync(new byte[100]).AsTask();
        Task writing = stream.WriteAsync(
            (byte[])[.. TestPeer.Frame(TestHandler.Hold, 1), .. TestPeer.Frame(TestHandler.Hold, 2)]).AsTask();
        Assert.False(writing.IsCompleted);
        await stream.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => reading.WaitAsync(TestGateway.Limit));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => writing.WaitAsync(TestGateway.Limit));
        Assert.Equal("its peer closed it", gateway.Handler.TakeClosed().CloseReason);
    }

    [Fact]
    public async Task Read_CanBeGivenUp_AndBegunAnew()
    {
        await using var gateway = new TestGateway(new GatewayOptions(), ConnectionKind.InProcess);
        await using InProcessStream stream = gateway.Listener.Connect();
        for (int round = 0; round < 100; round++)
        {
            using var cancellation = new CancellationTokenSource();
            Task<int> given = stream.ReadAsync(new byte[100], cancellation.Token).AsTask();
            await cancellation.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
            Task<int> reading = stream.ReadAsync(new byte[100]).AsTask();
            byte[] frame = TestPeer.Frame(TestHandler.EchoFromThread, round);
            await stream.WriteAsync(frame);
            Assert.Equal(frame.Length, await reading.WaitAsync(TestGateway.Limit));
        }
    }

    [Fact]
    public async Task Write_WaitsUntilItIsTaken_WhenTooMuchIsOutstanding()
    {
        await using var gateway = new TestGateway(
            new GatewayOptions { MaxInFlightPerConnection = 1 }, ConnectionKind.InProcess);
        await using InProcessStream stream = gateway.Listener.Connect();
        await stream.WriteAsync(TestPeer.Frame(TestHandler.Hold, 1));
        Task second = stream.WriteAsync(TestPeer.Frame(TestHandler.Hold, 2)).AsTask();
        Assert.False(second.IsCompleted);
        Assert.Throws<InvalidOperationException>(() => { _ = stream.WriteAsync(new byte[1]).AsTask(); });
        gateway.Handler.ReleaseOne();
        await second.WaitAsync(TestGateway.Limit);
        gateway.Handler.ReleaseOne();
    }

    [Fact]
    public async Task Read_WithoutABuffer_WaitsForBytes()
    {
        await using var gateway = new TestGateway(new GatewayOptions(), ConnectionKind.InProcess);
        await using InProcessStream stream = gateway.Listener.Connect();
        Task<int> waiting = stream.ReadAsync(Memory<byte>.Empty).AsTask();
        Assert.False(waiting.IsCompleted);
        byte[] frame = TestPeer.Frame(TestHandler.Echo, 1);
        await stream.WriteAsync(frame);
        Assert.Equal(0, await waiting.WaitAsync(TestGateway.Limit));
        Assert.Equal(frame.Length, stream.Available);
    }
}

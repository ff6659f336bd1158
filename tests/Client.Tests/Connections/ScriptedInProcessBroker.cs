using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansMq.Client.Transports;
using OrleansMq.Gateway;
using OrleansMq.Gateway.Connections;
using OrleansMq.Gateway.Listeners;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Client.Tests.Connections;

/// <summary>Behind a gateway's connection in the process.</summary>
internal sealed class ScriptedInProcessBroker : ScriptedBroker, IFrameHandler, IBrokerTransport
{
    /// <summary>A frame counts as one request for each of so many bytes, so that few large ones pause the connection.</summary>
    private const int BytesPerRequest = 256 * 1024;

    private readonly GatewayListener _listener;
    private readonly Channel<byte[]> _frames = Channel.CreateUnbounded<byte[]>();
    private readonly TaskCompletionSource<Connection> _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ScriptedInProcessBroker()
    {
        _listener = new GatewayListener(
            new GatewayOptions { InProcessOnly = true, MaxInFlightPerConnection = 64 }, this, NullLogger.Instance);
        _listener.Start();
    }

    public override IBrokerTransport Transport => this;

    public IReadOnlyList<BrokerAddress> Seeds { get; } = [new("127.0.0.1:1")];

    public ValueTask<Stream> ConnectAsync(BrokerAddress broker, CancellationToken cancellation) =>
        ValueTask.FromResult<Stream>(_listener.Connect());

    public void OnConnected(Connection connection) => _connected.SetResult(connection);

    public void OnFrame(Connection connection, ReadOnlyMemory<byte> frame)
    {
        for (int count = RequestsOf(frame.Length); count > 0; count--)
            connection.RequestStarted();
        _frames.Writer.TryWrite(frame.ToArray());
    }

    public void OnBatchEnd()
    {
    }

    public void OnClosed(Connection connection) => _closed.SetResult();

    public override Task AcceptAsync() => _connected.Task.WaitAsync(LimitToken);

    public override async Task SendAsync(params ReadOnlyMemory<byte>[] pieces)
    {
        foreach (ReadOnlyMemory<byte> piece in pieces)
        {
            using ((await _connected.Task).Write(out OutputBuffer output))
                output.Append(piece.Span);
        }
    }

    public override Task AssertClosedAsync() => _closed.Task.WaitAsync(LimitToken);

    public override void Close() => _connected.Task.Result.Close("the test wants it");

    protected override async Task<byte[]> ReceiveFrameAsync()
    {
        byte[] frame = await _frames.Reader.ReadAsync(LimitToken);
        for (int count = RequestsOf(frame.Length); count > 0; count--)
            (await _connected.Task).RequestFinished();
        return frame;
    }

    protected override void Dispose(bool disposing)
    {
        _listener.DisposeAsync().AsTask().Wait(Limit);
        base.Dispose(disposing);
    }

    private static int RequestsOf(int bytes) => 1 + (bytes / BytesPerRequest);
}

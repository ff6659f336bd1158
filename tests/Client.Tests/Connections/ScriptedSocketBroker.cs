using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using OrleansMq.Client.Transports;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Client.Tests.Connections;

/// <summary>Behind a socket.</summary>
internal sealed class ScriptedSocketBroker : ScriptedBroker
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private NetworkStream? _stream;

    public ScriptedSocketBroker()
    {
        _listener.Start();
        Transport = new SocketTransport(_listener.LocalEndpoint.ToString()!);
    }

    public override IBrokerTransport Transport { get; }

    public override async Task AcceptAsync() =>
        _stream = new NetworkStream(await _listener.AcceptSocketAsync(LimitToken), ownsSocket: true);

    public override async Task SendAsync(params ReadOnlyMemory<byte>[] pieces)
    {
        foreach (ReadOnlyMemory<byte> piece in pieces)
        {
            await _stream!.WriteAsync(piece, LimitToken);
            await _stream.FlushAsync(LimitToken);
        }
    }

    public override async Task AssertClosedAsync()
    {
        try
        {
            Assert.Equal(0, await _stream!.ReadAsync(new byte[1], LimitToken));
        }
        catch (IOException cause) when (
            cause.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionReset })
        {
            // Closed too, while bytes were under way.
        }
    }

    public override void Close() => _stream?.Dispose();

    protected override async Task<byte[]> ReceiveFrameAsync()
    {
        byte[] prefix = new byte[FrameReader.PrefixBytes];
        await _stream!.ReadExactlyAsync(prefix, LimitToken);
        byte[] frame = new byte[BinaryPrimitives.ReadInt32BigEndian(prefix)];
        await _stream.ReadExactlyAsync(frame, LimitToken);
        return frame;
    }

    protected override void Dispose(bool disposing)
    {
        Close();
        _listener.Dispose();
        base.Dispose(disposing);
    }
}

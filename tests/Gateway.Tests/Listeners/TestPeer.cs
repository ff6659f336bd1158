using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using OrleansMq.Gateway.Connections;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Gateway.Tests.Listeners;

/// <summary>A client's side of a connection, blocking, with a time limit on everything.</summary>
public sealed class TestPeer : IDisposable
{
    private readonly Socket? _socket;
    private Stream _stream;

    /// <summary>What is being sent without a socket, which would hold it meanwhile.</summary>
    private Task _sending = Task.CompletedTask;

    public TestPeer(IPEndPoint endPoint)
    {
        _socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        _socket.Connect(endPoint);
        _socket.ReceiveTimeout = _socket.SendTimeout = (int)TestGateway.Limit.TotalMilliseconds;
        _stream = new NetworkStream(_socket);
    }

    public TestPeer(InProcessStream stream) => _stream = stream;

    /// <summary>Where the gateway should see it.</summary>
    public IPEndPoint EndPoint => (IPEndPoint?)_socket?.LocalEndPoint ?? new IPEndPoint(IPAddress.Loopback, 0);

    /// <summary>Goes over to TLS, if the other side has this certificate.</summary>
    public async Task StartTlsAsync(string thumbprint)
    {
        var tls = new SslStream(_stream);
        using var limit = new CancellationTokenSource(TestGateway.Limit);
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                RemoteCertificateValidationCallback =
                    (_, certificate, _, _) => certificate!.GetCertHashString() == thumbprint,
            },
            limit.Token);
        _stream = tls;
    }

    /// <summary>A frame with its length: header word, command, payload.</summary>
    public static byte[] Frame(byte command, ReadOnlySpan<byte> payload)
    {
        byte[] bytes = new byte[FrameReader.PrefixBytes + FrameReader.HeaderWordBytes + 1 + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(bytes, bytes.Length - FrameReader.PrefixBytes);
        bytes[8] = command;
        payload.CopyTo(bytes.AsSpan(9));
        return bytes;
    }

    /// <summary>A frame with its length whose payload is a number.</summary>
    public static byte[] Frame(byte command, int number)
    {
        Span<byte> payload = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(payload, number);
        return Frame(command, payload);
    }

    public void Send(ReadOnlySpan<byte> bytes)
    {
        if (_socket is not null)
        {
            _stream.Write(bytes);
            return;
        }

        byte[] copy = bytes.ToArray();
        _sending = SendBehindAsync(_sending);

        async Task SendBehindAsync(Task before)
        {
            await before;
            await _stream.WriteAsync(copy);
        }
    }

    /// <summary>Receives what there is, or waits for some; 0 at the end.</summary>
    public int ReceiveSome(byte[] buffer)
    {
        try
        {
            return _stream.Read(buffer);
        }
        catch (ObjectDisposedException)
        {
            return 0;
        }
    }

    /// <summary>Sends nothing more.</summary>
    public void EndSending()
    {
        if (_socket is null)
            _stream.Dispose();
        else
            _socket.Shutdown(SocketShutdown.Send);
    }

    /// <summary>Receives a frame, with its length.</summary>
    public byte[] Receive()
    {
        byte[] prefix = new byte[FrameReader.PrefixBytes];
        _stream.ReadExactly(prefix);
        byte[] bytes = new byte[prefix.Length + BinaryPrimitives.ReadInt32BigEndian(prefix)];
        prefix.CopyTo(bytes, 0);
        _stream.ReadExactly(bytes.AsSpan(prefix.Length));
        return bytes;
    }

    /// <summary>Sends a frame that is answered with itself and checks the answer.</summary>
    public void RoundTrip(byte command = TestHandler.Echo, int number = 7)
    {
        byte[] frame = Frame(command, number);
        Send(frame);
        Assert.Equal(frame, Receive());
    }

    /// <summary>Fails unless the other side has closed the connection and sent nothing more.</summary>
    public void AssertClosed()
    {
        try
        {
            Assert.Equal(-1, _stream.ReadByte());
        }
        catch (IOException exception) when
            (exception.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionReset })
        {
            // Closed too, while bytes were under way.
        }
    }

    /// <summary>Goes away without a farewell.</summary>
    public void Abort()
    {
        if (_socket is not null)
            _socket.LingerState = new LingerOption(true, 0);
        Dispose();
    }

    public void Dispose()
    {
        _socket?.Dispose();
        _stream.Dispose();
    }
}

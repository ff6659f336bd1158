using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Gateway.Tests.Listeners;

/// <summary>A client's side of a connection, blocking, with a time limit on everything.</summary>
public sealed class TestPeer : IDisposable
{
    private Stream _stream;

    public TestPeer(IPEndPoint endPoint)
    {
        Socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        Socket.Connect(endPoint);
        Socket.ReceiveTimeout = Socket.SendTimeout = (int)TestGateway.Limit.TotalMilliseconds;
        _stream = new NetworkStream(Socket);
    }

    public Socket Socket { get; }

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

    public void Send(ReadOnlySpan<byte> bytes) => _stream.Write(bytes);

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
        Socket.LingerState = new LingerOption(true, 0);
        Socket.Dispose();
    }

    public void Dispose()
    {
        _stream.Dispose();
        Socket.Dispose();
    }
}

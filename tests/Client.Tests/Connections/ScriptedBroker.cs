using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Client.Tests.Connections;

/// <summary>The broker's side of one connection, played by a test. Everything has a time limit.</summary>
public sealed class ScriptedBroker : IDisposable
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _limit = new(Limit);
    private NetworkStream? _stream;

    public ScriptedBroker() => _listener.Start();

    public IPEndPoint EndPoint => (IPEndPoint)_listener.LocalEndpoint;

    public async Task AcceptAsync() =>
        _stream = new NetworkStream(await _listener.AcceptSocketAsync(_limit.Token), ownsSocket: true);

    public async Task<RemotingCommand> ReceiveAsync()
    {
        byte[] prefix = new byte[FrameReader.PrefixBytes];
        await _stream!.ReadExactlyAsync(prefix, _limit.Token);
        byte[] frame = new byte[BinaryPrimitives.ReadInt32BigEndian(prefix)];
        await _stream.ReadExactlyAsync(frame, _limit.Token);
        var reader = new CommandReader();
        Assert.Equal(CommandDefect.None, reader.Read(frame));
        return RemotingCommand.From(reader);
    }

    public async Task SendAsync(params ReadOnlyMemory<byte>[] pieces)
    {
        foreach (ReadOnlyMemory<byte> piece in pieces)
        {
            await _stream!.WriteAsync(piece, _limit.Token);
            await _stream.FlushAsync(_limit.Token);
        }
    }

    public Task SendAsync(RemotingCommand command) => SendAsync(Encode(command));

    public Task AnswerAsync(RemotingCommand request, ResponseCode code, ReadOnlyMemory<byte> body = default,
        params (string Name, string Value)[] fields) =>
        SendAsync(AnswerTo(request, code, body, fields));

    public static RemotingCommand AnswerTo(
        RemotingCommand request, ResponseCode code, ReadOnlyMemory<byte> body = default,
        params (string Name, string Value)[] fields)
    {
        var answer = new RemotingCommand
        {
            Code = (int)code,
            Flag = CommandFlags.Response,
            Opaque = request.Opaque,
            SerializeType = request.SerializeType,
            Body = body,
        };
        foreach ((string name, string value) in fields)
            answer.Fields[name] = value;
        return answer;
    }

    public static byte[] Encode(RemotingCommand command)
    {
        using var output = new OutputBuffer();
        command.WriteTo(output);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Fails unless the client closes its side.</summary>
    public async Task AssertClosedAsync()
    {
        try
        {
            Assert.Equal(0, await _stream!.ReadAsync(new byte[1], _limit.Token));
        }
        catch (IOException cause) when (
            cause.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionReset })
        {
            // Closed too, while bytes were under way.
        }
    }

    public void Close() => _stream?.Dispose();

    public void Dispose()
    {
        Close();
        _listener.Dispose();
        _limit.Dispose();
    }
}

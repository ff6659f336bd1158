using System.Buffers.Binary;
using System.Text;
using OrleansMq.Gateway.Tests.Listeners;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Gateway.Tests.Requests;

/// <summary>A client that speaks the remoting protocol, or something like it.</summary>
public sealed class TestClient(TestPeer peer) : IDisposable
{
    private int _opaque = 100;

    public TestPeer Peer { get; } = peer;

    /// <summary>A frame with a JSON header, which need not be one.</summary>
    public static byte[] Frame(string header, int? statedLength = null)
    {
        byte[] text = Encoding.UTF8.GetBytes(header);
        byte[] frame = new byte[FrameReader.PrefixBytes + FrameReader.HeaderWordBytes + text.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, frame.Length - FrameReader.PrefixBytes);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(FrameReader.PrefixBytes), statedLength ?? text.Length);
        text.CopyTo(frame, FrameReader.PrefixBytes + FrameReader.HeaderWordBytes);
        return frame;
    }

    /// <summary>Sends a request and returns its opaque.</summary>
    public int Send(
        int code, Dictionary<string, string>? fields = null, string body = "", bool isOneWay = false,
        SerializeType serializeType = SerializeType.Json)
    {
        var command = new RemotingCommand
        {
            Code = code,
            Opaque = ++_opaque,
            Fields = fields ?? [],
            Body = Encoding.UTF8.GetBytes(body),
            SerializeType = serializeType,
            Flag = isOneWay ? CommandFlags.OneWay : CommandFlags.None,
        };
        using var output = new OutputBuffer();
        command.WriteTo(output);
        Peer.Send(output.WrittenSpan);
        return command.Opaque;
    }

    /// <summary>Receives an answer; passes over what the broker says unasked.</summary>
    public RemotingCommand Receive()
    {
        var reader = new CommandReader();
        do
            Assert.Equal(CommandDefect.None, reader.Read(Peer.Receive().AsMemory(FrameReader.PrefixBytes)));
        while (!reader.IsResponse && reader.Code == (int)RequestCode.NotifyConsumerIdsChanged);

        Assert.True(reader.IsResponse);
        return RemotingCommand.From(reader);
    }

    /// <summary>Sends a request and receives its answer.</summary>
    public RemotingCommand Call(
        int code, Dictionary<string, string>? fields = null, string body = "",
        SerializeType serializeType = SerializeType.Json)
    {
        int opaque = Send(code, fields, body, serializeType: serializeType);
        RemotingCommand answer = Receive();
        Assert.Equal(opaque, answer.Opaque);
        return answer;
    }

    /// <summary>Fails unless the connection still answers requests.</summary>
    public void AssertAlive() =>
        Assert.Equal((int)ResponseCode.Success, Call((int)RequestCode.GetBrokerClusterInfo).Code);

    public void Dispose() => Peer.Dispose();
}

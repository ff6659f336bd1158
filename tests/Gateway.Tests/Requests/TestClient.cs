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
        SerializeType serializeType = SerializeType.Json) =>
        Send(code, fields, Encoding.UTF8.GetBytes(body), isOneWay, serializeType);

    /// <summary>Sends a request and returns its opaque.</summary>
    public int Send(
        int code, Dictionary<string, string>? fields, byte[] body, bool isOneWay, SerializeType serializeType)
    {
        var command = new RemotingCommand
        {
            Code = code,
            Opaque = ++_opaque,
            Fields = fields ?? [],
            Body = body,
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

    /// <summary>Receives what the broker asks of this client.</summary>
    public RemotingCommand ReceiveRequest()
    {
        var reader = new CommandReader();
        do
            Assert.Equal(CommandDefect.None, reader.Read(Peer.Receive().AsMemory(FrameReader.PrefixBytes)));
        while (reader.Code == (int)RequestCode.NotifyConsumerIdsChanged);

        Assert.False(reader.IsResponse);
        return RemotingCommand.From(reader);
    }

    /// <summary>Answers what the broker asked.</summary>
    public void Answer(RemotingCommand request, ResponseCode code, string body = "", string? remark = null)
    {
        using var output = new OutputBuffer();
        new RemotingCommand
        {
            Code = (int)code,
            Flag = CommandFlags.Response,
            Opaque = request.Opaque,
            Remark = remark,
            Fields = new() { ["from"] = "client" },
            Body = Encoding.UTF8.GetBytes(body),
        }.WriteTo(output);
        Peer.Send(output.WrittenSpan);
    }

    /// <summary>Joins a consumer group.</summary>
    public void Consume(string clientId, string group, string topic, int version = ProtocolVersions.Current)
    {
        using var output = new OutputBuffer();
        new RemotingCommand
        {
            Code = (int)RequestCode.Heartbeat,
            Opaque = ++_opaque,
            Version = version,
            Body = Encoding.UTF8.GetBytes(
                $$"""
                {"clientID":"{{clientId}}","producerDataSet":[],"consumerDataSet":[{"groupName":"{{group}}",
                "consumeType":"CONSUME_PASSIVELY","messageModel":"CLUSTERING",
                "consumeFromWhere":"CONSUME_FROM_LAST_OFFSET",
                "subscriptionDataSet":[{"topic":"{{topic}}","subString":"*","subVersion":1}]}]}
                """),
        }.WriteTo(output);
        Peer.Send(output.WrittenSpan);
        Assert.Equal((int)ResponseCode.Success, Receive().Code);
    }

    /// <summary>Joins a producer group.</summary>
    public void Produce(string clientId, string group) => Assert.Equal(
        (int)ResponseCode.Success,
        Call(
            (int)RequestCode.Heartbeat,
            body: $$"""{"clientID":"{{clientId}}","producerDataSet":[{"groupName":"{{group}}"}]}""").Code);

    /// <summary>Stores a message, or has it handed to a requester.</summary>
    public RemotingCommand SendMessage(
        string topic, string body, string properties = "", int queueId = 0, int sysFlag = 0,
        RequestCode code = RequestCode.SendMessageV2, SerializeType serializeType = SerializeType.Json) =>
        SendMessage(topic, Encoding.UTF8.GetBytes(body), properties, queueId, sysFlag, code, serializeType);

    /// <summary>The same with a body that is no text.</summary>
    public RemotingCommand SendMessage(
        string topic, byte[] body, string properties = "", int queueId = 0, int sysFlag = 0,
        RequestCode code = RequestCode.SendMessageV2, SerializeType serializeType = SerializeType.Json)
    {
        bool isShort = code is RequestCode.SendMessageV2 or RequestCode.SendReplyMessageV2;
        string[] names = isShort
            ? ["a", "b", "c", "d", "e", "f", "g", "h", "i"]
            : [
                "producerGroup", "topic", "defaultTopic", "defaultTopicQueueNums", "queueId", "sysFlag",
                "bornTimestamp", "flag", "properties",
            ];
        string[] values = ["producers", topic, "TBW102", "4", $"{queueId}", $"{sysFlag}", "17", "5", properties];
        var fields = names.Zip(values).ToDictionary(pair => pair.First, pair => pair.Second);
        return ReceiveFor(Send((int)code, fields, body, isOneWay: false, serializeType));
    }

    /// <summary>Sends a request and receives its answer.</summary>
    public RemotingCommand Call(
        int code, Dictionary<string, string>? fields = null, string body = "",
        SerializeType serializeType = SerializeType.Json) =>
        ReceiveFor(Send(code, fields, body, serializeType: serializeType));

    /// <summary>Fails unless the connection still answers requests.</summary>
    public void AssertAlive() =>
        Assert.Equal((int)ResponseCode.Success, Call((int)RequestCode.GetBrokerClusterInfo).Code);

    public void Dispose() => Peer.Dispose();

    private RemotingCommand ReceiveFor(int opaque)
    {
        RemotingCommand answer = Receive();
        Assert.Equal(opaque, answer.Opaque);
        return answer;
    }
}

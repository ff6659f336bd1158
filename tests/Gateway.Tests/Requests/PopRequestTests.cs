using System.Text;
using OrleansMq.Messages.Records;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;
using OrleansMq.Protocol.Requests;

namespace OrleansMq.Gateway.Tests.Requests;

/// <summary>Messages that are popped and acknowledged over the wire, as clients of RocketMQ 5 do it.</summary>
public sealed class PopRequestTests : IAsyncDisposable
{
    private readonly TestBroker _broker = new();
    private readonly TestClient _client;

    public PopRequestTests() => _client = _broker.Connect();

    [Theory]
    [InlineData(SerializeType.Json)]
    [InlineData(SerializeType.Binary)]
    public void PoppedMessage_IsAcknowledgedByItsHandle(SerializeType type)
    {
        Send("a");
        RemotingCommand pop = Pop(type: type);
        Assert.Equal(((int)ResponseCode.Success, type), (pop.Code, pop.SerializeType));
        Assert.Equal(["a"], BodiesOf(pop));
        Assert.Equal(
            ("60000", "0", "0", "0 0 0", "0 0 0", null),
            (pop.Fields["invisibleTime"], pop.Fields["reviveQid"], pop.Fields["restNum"],
                pop.Fields["startOffsetInfo"], pop.Fields["msgOffsetInfo"],
                pop.Fields.GetValueOrDefault("orderCountInfo")));

        Assert.Equal((int)ResponseCode.Success, Ack(HandleOf(pop, 0), 0, type).Code);
        Assert.Equal(0, _broker.Node.Pops.InFlight);
        Assert.Equal(1, _broker.Node.Groups.Find("consumers")!.QueryOffset("Orders", 0));
    }

    [Fact]
    public void Pop_NamesTheOffsetsOfEachQueue()
    {
        Send("a", 0);
        Send("b", 1);
        Send("c", 1);

        RemotingCommand pop = Pop(queueId: -1);
        Assert.Equal(["a", "b", "c"], BodiesOf(pop).Order());
        Assert.Equal(["0 0 0", "0 1 0"], pop.Fields["startOffsetInfo"].Split(';').Order());
        Assert.Equal(["0 0 0", "0 1 0,1"], pop.Fields["msgOffsetInfo"].Split(';').Order());
    }

    [Fact]
    public void OrderedPop_TellsTheAttempts()
    {
        Send("a");
        RemotingCommand pop = Pop(isOrdered: true);

        Assert.Equal(("999", "0 qo0%0 0"), (pop.Fields["reviveQid"], pop.Fields["orderCountInfo"]));
    }

    [Fact]
    public void BatchOfAcknowledgements_EndsAllItsMessages()
    {
        for (int index = 0; index < 12; index++)
            Send($"{index}");
        RemotingCommand pop = Pop();
        var ack = new BatchAck
        {
            ConsumerGroup = "consumers",
            Topic = "Orders",
            PopTime = long.Parse(pop.Fields["popTime"], System.Globalization.CultureInfo.InvariantCulture),
            InvisibleTime = 60_000,
        };
        foreach (long offset in (long[])[0, 1, 2, 9, 11])
            ack.Add(offset);

        Assert.Equal((int)ResponseCode.Success, AckBatch(ack).Code);
        Assert.Equal(7, _broker.Node.Pops.InFlight);
        Assert.Equal(3, _broker.Node.Groups.Find("consumers")!.QueryOffset("Orders", 0));
        Assert.Equal((int)ResponseCode.NoMessage, AckBatch().Code);
    }

    [Theory]
    [InlineData(8, ResponseCode.Success)]
    [InlineData(9, ResponseCode.InvalidParameter)]
    public void BatchOfAcknowledgements_IsRefused_WhenItSpansMoreThanItMay(int bytes, ResponseCode code)
    {
        _broker.Node.Options.Pops.MaxBatchAckSpan = 64;
        Send("a");
        RemotingCommand pop = Pop();
        var ack = new BatchAck
        {
            ConsumerGroup = "consumers",
            Topic = "Orders",
            PopTime = long.Parse(pop.Fields["popTime"], System.Globalization.CultureInfo.InvariantCulture),
            BitSet = new byte[bytes],
        };
        ack.Add(0);

        RemotingCommand answer = AckBatch(ack);
        Assert.Equal((int)code, answer.Code);
        if (code != ResponseCode.Success)
            Assert.Contains("72 offsets; at most 64", answer.Remark, StringComparison.Ordinal);
    }

    [Fact]
    public void Message_ComesAgainAtOnce_WhenItIsPutBack()
    {
        Send("a");
        RemotingCommand pop = Pop();
        RemotingCommand change = Change(HandleOf(pop, 0), 0, invisible: 0);
        Assert.Equal((int)ResponseCode.Success, change.Code);
        Assert.Equal(("0", pop.Fields["popTime"]), (change.Fields["reviveQid"], change.Fields["popTime"]));

        RemotingCommand again = PopWhileTimePasses();
        RecordView.TryRead(again.Body.Span, out RecordView record);
        Assert.Equal(1, record.ReconsumeTimes);
    }

    [Fact]
    public void WaitingPop_IsAnswered_WhenAMessageComes()
    {
        Send("first");
        Pop();
        TestClient other = _broker.Connect();
        int opaque = _client.Send((int)RequestCode.PopMessage, PopFields(poll: 60_000));
        Assert.True(SpinWait.SpinUntil(() => _broker.Node.Popper.HeldCount == 1, TimeSpan.FromSeconds(30)));

        Send("second", client: other);
        RemotingCommand answer = _client.Receive();
        Assert.Equal((opaque, (int)ResponseCode.Success), (answer.Opaque, answer.Code));
        Assert.Equal(["second"], BodiesOf(answer));
        Assert.Equal(0, _broker.Node.Popper.HeldCount);
    }

    [Fact]
    public void Pop_IsAnsweredWithAllItsFields_WhenThereIsNothing()
    {
        Send("a");
        Pop();

        RemotingCommand pop = Pop();
        Assert.Equal((int)ResponseCode.PollingTimeout, pop.Code);
        Assert.Equal(
            ["invisibleTime", "popTime", "restNum", "reviveQid"], pop.Fields.Keys.Order(StringComparer.Ordinal));
        _client.Send((int)RequestCode.PopMessage, PopFields(poll: 60_000));
        Assert.True(SpinWait.SpinUntil(() => _broker.Node.Popper.HeldCount == 1, TimeSpan.FromSeconds(30)));
        _broker.Node.Popper.AnswerHeld();
        Assert.Equal((int)ResponseCode.PollingTimeout, _client.Receive().Code);
    }

    [Fact]
    public void Message_ComesAgain_WhenAnOfflineGroupIsSetBack()
    {
        Send("a");
        Assert.Equal((int)ResponseCode.Success, Ack(HandleOf(Pop(), 0), 0).Code);
        Dictionary<string, string> fields = PopFields();
        fields["commitOffset"] = "0";
        Assert.Equal((int)ResponseCode.Success, _client.Call((int)RequestCode.UpdateConsumerOffset, fields).Code);

        Assert.Equal(["a"], BodiesOf(Pop()));
    }

    [Fact]
    public void Acknowledgement_IsRefused_WhenItsHandleIsNotOurs()
    {
        Send("a");
        Pop();
        Assert.Contains("no handle", Ack("nonsense", 0).Remark, StringComparison.Ordinal);
        string elsewhere = new PopHandle(0, 1, 60_000, 0, "broker-z", 0).Of(0);
        Assert.Contains("broker-z", Ack(elsewhere, 0).Remark, StringComparison.Ordinal);
        Assert.Contains("broker-z", Change(elsewhere, 0, 0).Remark, StringComparison.Ordinal);
    }

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    private static string[] BodiesOf(RemotingCommand pop)
    {
        List<string> bodies = [];
        for (ReadOnlySpan<byte> rest = pop.Body.Span; !rest.IsEmpty;)
        {
            Assert.Equal(RecordDefect.None, RecordView.TryRead(rest, out RecordView record));
            bodies.Add(Encoding.UTF8.GetString(record.Body));
            rest = rest[record.Bytes.Length..];
        }

        return [.. bodies];
    }

    /// <summary>The handle as a client builds it.</summary>
    private static string HandleOf(RemotingCommand pop, long offset) =>
        $"0 {pop.Fields["popTime"]} {pop.Fields["invisibleTime"]} {pop.Fields["reviveQid"]} 0 broker-a 0 {offset}";

    private static Dictionary<string, string> PopFields(int queueId = 0, int poll = 0, bool isOrdered = false) => new()
    {
        ["consumerGroup"] = "consumers",
        ["topic"] = "Orders",
        ["queueId"] = $"{queueId}",
        ["maxMsgNums"] = "32",
        ["invisibleTime"] = "60000",
        ["pollTime"] = $"{poll}",
        ["bornTime"] = "1",
        ["initMode"] = "0",
        ["expType"] = "TAG",
        ["exp"] = "*",
        ["order"] = isOrdered ? "true" : "false",
    };

    private RemotingCommand Pop(
        int queueId = 0, int poll = 0, bool isOrdered = false, SerializeType type = SerializeType.Json)
    {
        _client.Send((int)RequestCode.PopMessage, PopFields(queueId, poll, isOrdered), serializeType: type);
        return _client.Receive();
    }

    /// <summary>Pops, and lets the worker that watches the time do steps until that is answered.</summary>
    private RemotingCommand PopWhileTimePasses()
    {
        _client.Send((int)RequestCode.PopMessage, PopFields(poll: 60_000));
        Task<RemotingCommand> answer = Task.Run(_client.Receive);
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                _broker.Node.Workers.Single(worker => worker.Name == "omq-pops").PumpOnce();
                return answer.IsCompleted;
            },
            TimeSpan.FromSeconds(30)));
        return answer.GetAwaiter().GetResult();
    }

    private RemotingCommand Ack(string handle, long offset, SerializeType type = SerializeType.Json) => _client.Call(
        (int)RequestCode.AckMessage,
        new()
        {
            ["consumerGroup"] = "consumers",
            ["topic"] = "Orders",
            ["queueId"] = "0",
            ["extraInfo"] = handle,
            ["offset"] = $"{offset}",
        },
        serializeType: type);

    private RemotingCommand AckBatch(params BatchAck[] acks)
    {
        using var body = new OutputBuffer();
        new BatchAckBody { BrokerName = "broker-a", Acks = [.. acks] }.WriteTo(body);
        return _client.Call((int)RequestCode.BatchAckMessage, body: Encoding.UTF8.GetString(body.WrittenSpan));
    }

    private RemotingCommand Change(string handle, long offset, long invisible) => _client.Call(
        (int)RequestCode.ChangeMessageInvisibleTime,
        new()
        {
            ["consumerGroup"] = "consumers",
            ["topic"] = "Orders",
            ["queueId"] = "0",
            ["extraInfo"] = handle,
            ["offset"] = $"{offset}",
            ["invisibleTime"] = $"{invisible}",
        });

    private void Send(string body, int queueId = 0, TestClient? client = null)
    {
        RemotingCommand answer = (client ?? _client).Call(
            (int)RequestCode.SendMessageV2,
            new()
            {
                ["a"] = "producers",
                ["b"] = "Orders",
                ["c"] = "TBW102",
                ["d"] = "4",
                ["e"] = $"{queueId}",
                ["f"] = "0",
                ["g"] = "0",
                ["h"] = "0",
                ["i"] = "",
            },
            body);
        Assert.Equal((int)ResponseCode.Success, answer.Code);
    }
}

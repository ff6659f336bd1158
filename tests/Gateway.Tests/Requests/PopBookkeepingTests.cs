using System.Globalization;
using System.Text;
using OrleansMq.Messages.Records;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Gateway.Tests.Requests;

/// <summary>What operators see of popped messages, and what their resets do to them, over the wire.</summary>
public sealed class PopBookkeepingTests : IAsyncDisposable
{
    private const string Group = "consumers";
    private readonly TestBroker _broker = new();
    private readonly TestClient _client;

    public PopBookkeepingTests()
    {
        _client = _broker.Connect();
        foreach (string body in (string[])["a", "b", "c"])
            Assert.Equal(0, _client.SendMessage("Orders", body, $"UNIQ_KEY\u0001{body}\u0002").Code);
        _client.Consume("10.0.0.1@7", Group, "Orders");
    }

    [Fact]
    public void Statistics_CountPoppedMessages_ForGroupAndBroker()
    {
        Pop();
        Assert.Equal((int)ResponseCode.PollingTimeout, Call(RequestCode.PopMessage, PopFields()).Code);

        Assert.Equal(3, Counted("GROUP_GET_NUMS", "Orders@consumers"));
        Assert.Equal(3, Counted("BROKER_GET_NUMS", "DefaultCluster"));
        Assert.Equal(3, _broker.Node.Statistics.GivenUntil("Orders", Group, 0));
    }

    [Fact]
    public void Trace_TellsWhoPoppedAMessage_AndWhoAcknowledgedIt()
    {
        RemotingCommand pop = Pop();
        GroupTrace popped = TraceOf("b");
        Assert.Equal(("DELIVERED", "10.0.0.1@7"), (popped.Status, Assert.Single(popped.Deliveries).Client));

        Assert.Equal(0, Ack(pop, 1).Code);

        GroupTrace done = TraceOf("b");
        Assert.Equal(("CONSUMED", "10.0.0.1@7"), (done.Status, done.AcknowledgedBy));
        Assert.Equal("DELIVERED", TraceOf("a").Status);
        Assert.Equal("DELIVERED", TraceOf("c").Status);
    }

    [Fact]
    public void Batch_IsRefusedForAMessageThatWasNotHandedOut_AndNotesThatNobodyAcknowledgedIt()
    {
        Dictionary<string, string> fields = PopFields();
        fields["maxMsgNums"] = "2";
        RemotingCommand pop = Call(RequestCode.PopMessage, fields);
        Assert.Equal(["a", "b"], BodiesOf(pop));
        var ack = new BatchAck
        {
            ConsumerGroup = Group,
            Topic = "Orders",
            PopTime = long.Parse(pop.Fields["popTime"], CultureInfo.InvariantCulture),
            BitSet = [0b111],
        };
        using var body = new OutputBuffer();
        new BatchAckBody { BrokerName = "broker-a", Acks = [ack] }.WriteTo(body);

        RemotingCommand answer = _client.Call(
            (int)RequestCode.BatchAckMessage, body: Encoding.UTF8.GetString(body.WrittenSpan));
        Assert.Equal((int)ResponseCode.NoMessage, answer.Code);
        Assert.Contains("No such message", answer.Remark, StringComparison.Ordinal);
        Assert.Equal(0, _broker.Node.Pops.InFlight);
        Assert.Equal(["10.0.0.1@7", "10.0.0.1@7", ""], "abc".Select(id => $"{TraceOf($"{id}").AcknowledgedBy}"));
    }

    [Fact]
    public void Reset_BringsPoppedMessagesAgain_AndMakesTheirReceiptsWorthless()
    {
        RemotingCommand pop = Pop();
        Assert.Equal(0, Ack(pop, 0).Code);
        Assert.Equal(2, _broker.Node.Pops.InFlight);

        TestClient admin = _broker.Connect();
        Assert.Equal(0, admin.Call((int)RequestCode.InvokeBrokerToResetOffset, new()
        {
            ["topic"] = "Orders", ["group"] = Group, ["timestamp"] = "0", ["isForce"] = "true",
        }).Code);
        _client.ReceiveRequest();

        Assert.Equal(0, _broker.Node.Pops.InFlight);
        RemotingCommand late = Ack(pop, 1);
        Assert.Equal((int)ResponseCode.NoMessage, late.Code);
        Assert.Contains("was set since", late.Remark, StringComparison.Ordinal);
        Assert.Equal(["a", "b", "c"], BodiesOf(Pop()));
    }

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    private static Dictionary<string, string> PopFields() => new()
    {
        ["consumerGroup"] = Group,
        ["topic"] = "Orders",
        ["queueId"] = "0",
        ["maxMsgNums"] = "32",
        ["invisibleTime"] = "60000",
        ["pollTime"] = "0",
    };

    private static List<string> BodiesOf(RemotingCommand pop)
    {
        List<string> bodies = [];
        for (ReadOnlySpan<byte> rest = pop.Body.Span; !rest.IsEmpty;)
        {
            Assert.Equal(RecordDefect.None, RecordView.TryRead(rest, out RecordView record));
            bodies.Add(Encoding.UTF8.GetString(record.Body));
            rest = rest[record.Bytes.Length..];
        }

        return bodies;
    }

    private RemotingCommand Pop()
    {
        RemotingCommand pop = Call(RequestCode.PopMessage, PopFields());
        Assert.True(pop.Code == (int)ResponseCode.Success, pop.Remark);
        return pop;
    }

    private RemotingCommand Ack(RemotingCommand pop, long offset) => Call(RequestCode.AckMessage, new()
    {
        ["consumerGroup"] = Group,
        ["topic"] = "Orders",
        ["queueId"] = "0",
        ["extraInfo"] = $"0 {pop.Fields["popTime"]} 60000 0 0 broker-a 0 {offset}",
        ["offset"] = $"{offset}",
    });

    private long Counted(string name, string key)
    {
        RemotingCommand answer =
            Call(RequestCode.ViewBrokerStatsData, new() { ["statsName"] = name, ["statsKey"] = key });
        Assert.True(BrokerStatsData.TryRead(answer.Body.Span, out BrokerStatsData? data, out string? problem), problem);
        return data.StatsMinute.Sum;
    }

    private GroupTrace TraceOf(string id)
    {
        RemotingCommand answer = Call(RequestCode.TraceMessage, new() { ["msgId"] = id, ["topic"] = "Orders" });
        Assert.True(answer.Code == (int)ResponseCode.Success, answer.Remark);
        Assert.True(MessageTrace.TryRead(answer.Body.Span, out MessageTrace? trace, out _));
        return Assert.Single(Assert.Single(trace.Messages).Groups);
    }

    private RemotingCommand Call(RequestCode code, Dictionary<string, string> fields) =>
        _client.Call((int)code, fields);
}

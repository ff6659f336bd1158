using System.Text;
using OrleansMq.Messages.Records;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Gateway.Tests.Requests;

/// <summary>What there is to pop, over the wire, without popping it.</summary>
public sealed class PopNoticeTests : IAsyncDisposable
{
    private readonly TestBroker _broker = new();
    private readonly TestClient _client;
    private readonly TestClient _other;

    public PopNoticeTests()
    {
        _client = _broker.Connect();
        _other = _broker.Connect();
    }

    [Fact]
    public void Peek_ShowsWhatWasNeverHandedOut_AndLeavesIt()
    {
        Send("a");
        Send("b");
        RemotingCommand peek = Ask(RequestCode.PeekMessage);
        Assert.Equal(((int)ResponseCode.Success, "2"), (peek.Code, peek.Fields["restNum"]));
        Assert.Equal(["a", "b"], BodiesOf(peek));

        Assert.Equal(["a", "b"], BodiesOf(Ask(RequestCode.PopMessage)));
        peek = Ask(RequestCode.PeekMessage);
        Assert.Equal(((int)ResponseCode.PullNotFound, "0"), (peek.Code, peek.Fields["restNum"]));
    }

    [Fact]
    public void Notice_SaysWhetherThereIsAMessage()
    {
        Send("a");
        Assert.Equal("true", Ask(RequestCode.Notification).Fields["hasMsg"]);
        Ask(RequestCode.PopMessage);
        RemotingCommand notice = Ask(RequestCode.Notification);
        Assert.Equal(("false", "false"), (notice.Fields["hasMsg"], notice.Fields["pollingFull"]));
    }

    [Fact]
    public void WaitingNotice_LeavesTheMessageToAWaitingPop()
    {
        Send("first");
        Ask(RequestCode.PopMessage);
        _client.Send((int)RequestCode.Notification, Fields(poll: 60_000));
        AwaitHeld(1);
        _other.Send((int)RequestCode.PopMessage, Fields(poll: 60_000));
        AwaitHeld(2);
        TestClient third = _broker.Connect();
        Assert.Equal("2", third.Call((int)RequestCode.PollingInfo, Fields()).Fields["pollingNum"]);

        Send("second", third);
        Assert.Equal("true", _client.Receive().Fields["hasMsg"]);
        Assert.Equal(["second"], BodiesOf(_other.Receive()));
        Assert.Equal("0", third.Call((int)RequestCode.PollingInfo, Fields()).Fields["pollingNum"]);
    }

    [Fact]
    public void Questions_AreRefused_WhenThereIsNoSuchQueue()
    {
        Send("a");
        Dictionary<string, string> fields = Fields();
        fields["queueId"] = "9";
        Assert.Equal((int)ResponseCode.InvalidParameter, _client.Call((int)RequestCode.PeekMessage, fields).Code);
        fields["topic"] = "Nowhere";
        Assert.Equal((int)ResponseCode.TopicNotExist, _client.Call((int)RequestCode.Notification, fields).Code);
    }

    [Theory]
    [InlineData(RequestCode.PeekMessage)]
    [InlineData(RequestCode.Notification)]
    [InlineData(RequestCode.PollingInfo)]
    public void Questions_AreRefused_WhenTheGroupMayNotConsume(RequestCode code)
    {
        Send("a");
        _client.Call(
            (int)RequestCode.UpdateAndCreateSubscriptionGroup,
            body: """{"groupName":"consumers","consumeEnable":false}""");

        RemotingCommand answer = Ask(code);

        Assert.Equal((int)ResponseCode.NoPermission, answer.Code);
        Assert.Contains("'consumers' may not consume", answer.Remark, StringComparison.Ordinal);
        Assert.Empty(answer.Body.ToArray());
    }

    [Fact]
    public void Peek_OfAllQueues_EndsWhenItsBytesAreUsedUp()
    {
        for (int queueId = 0; queueId < 3; queueId++)
        {
            for (int message = 0; message < 3; message++)
                Send(new string((char)('a' + queueId), 100), queueId: queueId);
        }

        // Four records fit, not five.
        int size = Ask(RequestCode.PeekMessage).Body.Length / 3;
        _broker.Node.Options.MaxPullBytes = (5 * size) - 1;
        Dictionary<string, string> fields = Fields();
        fields["queueId"] = "-1";
        RemotingCommand peek = _client.Call((int)RequestCode.PeekMessage, fields);

        Assert.Equal(["aaa", "b"], BodiesOf(peek).GroupBy(body => body[0]).Select(
            group => new string(group.Key, group.Count())));
        Assert.Equal(4 * size, peek.Body.Length);
        Assert.Equal("9", peek.Fields["restNum"]);
    }

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    private static string[] BodiesOf(RemotingCommand answer)
    {
        List<string> bodies = [];
        for (ReadOnlySpan<byte> rest = answer.Body.Span; !rest.IsEmpty;)
        {
            Assert.Equal(RecordDefect.None, RecordView.TryRead(rest, out RecordView record));
            bodies.Add(Encoding.UTF8.GetString(record.Body));
            rest = rest[record.Bytes.Length..];
        }

        return [.. bodies];
    }

    private static Dictionary<string, string> Fields(int poll = 0) => new()
    {
        ["consumerGroup"] = "consumers",
        ["topic"] = "Orders",
        ["queueId"] = "0",
        ["maxMsgNums"] = "32",
        ["invisibleTime"] = "60000",
        ["pollTime"] = $"{poll}",
        ["bornTime"] = "1",
    };

    private RemotingCommand Ask(RequestCode code) => _client.Call((int)code, Fields());

    private void AwaitHeld(int count) => Assert.True(
        SpinWait.SpinUntil(() => _broker.Node.Popper.HeldCount == count, TimeSpan.FromSeconds(30)));

    private void Send(string body, TestClient? client = null, int queueId = 0)
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

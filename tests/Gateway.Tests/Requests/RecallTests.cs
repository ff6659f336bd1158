using OrleansMq.Broker.Delays;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Gateway.Tests.Requests;

/// <summary>Delayed messages called back, as clients of RocketMQ 5.3 do it.</summary>
public sealed class RecallTests : IAsyncDisposable
{
    private readonly TestBroker _broker = new();
    private readonly TestClient _client;

    public RecallTests() => _client = _broker.Connect();

    [Fact]
    public void DelayedMessage_IsCalledBack_Once()
    {
        string handle = SendDelayed();
        RemotingCommand first = Recall("Orders", handle);
        Assert.Equal(((int)ResponseCode.Success, "KEY-1"), (first.Code, first.Fields["msgId"]));

        Assert.True(SpinWait.SpinUntil(() => _broker.Node.Delayed.Count == 0, TimeSpan.FromSeconds(30)));
        RemotingCommand second = Recall("Orders", handle);
        Assert.Equal((int)ResponseCode.SystemError, second.Code);
        Assert.Contains("KEY-1", second.Remark, StringComparison.Ordinal);
    }

    [Fact]
    public void Recall_SaysWhatIsWrong_WhenTheHandleIsNotOurs()
    {
        string elsewhere = new RecallHandle("Orders", "broker-z", 1, "KEY-1").ToString();
        Assert.Contains("no recall handle", Recall("Orders", "nonsense").Remark, StringComparison.Ordinal);
        Assert.Contains("broker-z", Recall("Orders", elsewhere).Remark, StringComparison.Ordinal);
        Assert.Contains("'Bills'", Recall("Bills", SendDelayed()).Remark, StringComparison.Ordinal);
        Assert.True(SpinWait.SpinUntil(() => _broker.Node.Delayed.Count == 1, TimeSpan.FromSeconds(30)));
    }

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    private RemotingCommand Recall(string topic, string handle) => _client.Call(
        (int)RequestCode.RecallMessage, new() { ["topic"] = topic, ["recallHandle"] = handle });

    private string SendDelayed()
    {
        RemotingCommand answer = _client.Call(
            (int)RequestCode.SendMessageV2,
            new()
            {
                ["a"] = "producers",
                ["b"] = "Orders",
                ["c"] = "TBW102",
                ["d"] = "4",
                ["e"] = "0",
                ["f"] = "0",
                ["g"] = "0",
                ["h"] = "0",
                ["i"] = "TIMER_DELAY_SEC\u0001600\u0002UNIQ_KEY\u0001KEY-1\u0002",
            },
            "later");
        Assert.Equal((int)ResponseCode.Success, answer.Code);
        return answer.Fields["recallHandle"];
    }
}

using OrleansMq.Broker.Popping;
using OrleansMq.Protocol.Codes;

namespace OrleansMq.Broker.Tests.Nodes;

/// <summary>Pops that end because they have looked at as much as one may: they do not wait for what lies behind.</summary>
public sealed class PopLimitTests : IDisposable
{
    private const int MaxScanned = 4096;

    private readonly TestBroker _broker = new();

    [Fact]
    public void Pop_DoesNotWait_WhenItHasNotSeenTheEnd()
    {
        Send(MaxScanned, "A");
        Send(1, "B");

        PopOutcome first = _broker.Pop(expression: "B").Outcome;
        Assert.Equal((ResponseCode.PollingTimeout, false), (first.Code, first.MayHold));
        Assert.Equal((1, MaxScanned), (first.Rest, Cursor(0)));
        Assert.Equal("B", Assert.Single(_broker.Pop(expression: "B").Messages).Record.Body);
        Assert.True(_broker.Pop(expression: "B").Outcome.MayHold);
    }

    [Fact]
    public void PopOfAllQueues_LooksAtNoMoreThanOneOfAQueue()
    {
        for (int queue = 0; queue < 4; queue++)
            Send(MaxScanned / 4 + 1, "A", queue);

        Assert.False(_broker.Pop(expression: "B", queueId: -1).Outcome.MayHold);
        Assert.Equal(MaxScanned, Enumerable.Range(0, 4).Sum(Cursor));
        Assert.True(_broker.Pop(expression: "B", queueId: -1).Outcome.MayHold);
        Assert.Equal(MaxScanned + 4, Enumerable.Range(0, 4).Sum(Cursor));
    }

    [Fact]
    public void OrderedPop_Waits_WhenItCannotGetPastAMessageThatIsOut()
    {
        Send(2, "B");
        Send(MaxScanned, "A");
        Assert.Single(_broker.Pop(expression: "B", isOrdered: true, max: 1).Messages);

        Assert.True(_broker.Pop(expression: "B", isOrdered: true).Outcome.MayHold);
        Assert.Equal(1, Cursor(0));
    }

    [Fact]
    public void OrderedPop_SeesTheOtherQueues_WhenItCannotGetOnInOne()
    {
        Send(2, "B");
        Send(MaxScanned, "A");
        Assert.Single(_broker.Pop(expression: "B", isOrdered: true, max: 1).Messages);

        // Whichever queue it begins with.
        for (int turn = 0; turn < 4; turn++)
        {
            Send(1, "B", 1, $"__SHARDINGKEY\u0001{turn}\u0002");
            Assert.Equal(
                new PoppedMessage(1, turn, 1),
                Assert.Single(_broker.Pop(expression: "B", isOrdered: true, queueId: -1).Outcome.Messages));
        }
    }

    [Fact]
    public void OrderedPop_GetsOn_UpToTheFirstThatMustWait()
    {
        Send(1, "B");
        Send(MaxScanned - 1, "A");
        Send(1, "B");
        Send(2, "A");
        Send(1, "B", properties: "__SHARDINGKEY\u0001other\u0002");
        Assert.Single(_broker.Pop(expression: "B", isOrdered: true, max: 1).Messages);
        Assert.Equal(1, Cursor(0));

        Assert.False(_broker.Pop(expression: "B", isOrdered: true).Outcome.MayHold);
        Assert.Equal(MaxScanned, Cursor(0));
        Assert.Equal(
            MaxScanned + 3, Assert.Single(_broker.Pop(expression: "B", isOrdered: true).Outcome.Messages).Offset);
    }

    public void Dispose() => _broker.Dispose();

    private void Send(int count, string tag, int queueId = 0, string properties = "")
    {
        for (int index = 0; index < count; index++)
        {
            Assert.True(
                _broker.Send("Orders", tag, queueId, $"TAGS\u0001{tag}\u0002{properties}", isDispatched: false).IsStored);
        }

        _broker.Node.Pump();
    }

    private int Cursor(int queueId) => (int)_broker.Node.Popper.CursorOf(
        _broker.Node.Groups.Find("consumers")!, _broker.Node.Topics.Find("Orders")!, queueId);
}

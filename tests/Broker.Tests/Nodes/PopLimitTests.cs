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
    public void Pop_EndsWhereItIs_WhenItsConditionHasCausedAsMuchWorkAsItMay()
    {
        SendExpensive(5, 0);
        SendExpensive(5, 1);
        _broker.Options.SqlFilters.MaxStepsPerPull = 3_500;

        // In whatever queues: about 940 steps a message.
        List<int> seen = [];
        PopOutcome outcome;
        do
        {
            outcome = PopByCondition(queueId: -1).Outcome;
            seen.Add(Cursor(0) + Cursor(1));
        }
        while (!outcome.MayHold);

        Assert.Equal([4, 8, 10], seen);
    }

    [Fact]
    public void Pop_DoesNotWait_WhenItHasNotSeenAllThatComesAgain()
    {
        SendExpensive(6, 0);
        _broker.Send("Orders", "yes", properties: "a\u0001x\u0002");
        Assert.Equal(7, _broker.Pop().Messages.Length);
        _broker.Time.Advance(TimeSpan.FromMinutes(1));
        _broker.Options.SqlFilters.MaxStepsPerPull = 3_500;

        Assert.False(PopByCondition().Outcome.MayHold);
        Assert.Equal("yes", Assert.Single(PopByCondition().Messages).Record.Body);
    }

    [Fact]
    public void Pop_DoesNotWait_WhenWhatComesAgainIsNotWantedAnyMore()
    {
        Send(4, "A");
        Send(1, "B");
        Assert.Equal(5, _broker.Pop().Messages.Length);
        _broker.Time.Advance(TimeSpan.FromMinutes(1));

        Assert.False(_broker.Pop(expression: "B", max: 4).Outcome.MayHold);
        Assert.Equal(4, Assert.Single(_broker.Pop(expression: "B", max: 4).Outcome.Messages).Offset);
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

    /// <summary>Messages that do not match, 469 steps for the search, 469 for the properties and some for the parts each.</summary>
    private void SendExpensive(int count, int queueId)
    {
        for (int index = 0; index < count; index++)
            _broker.Send("Orders", "no", queueId, $"a\u0001{new string('y', 30_000)}\u0002");
    }

    private (PopOutcome Outcome, TestPop.Popped[] Messages) PopByCondition(int queueId = 0) =>
        _broker.Pop(queueId: queueId, expression: "a CONTAINS 'x'", expressionType: "SQL92");

    private int Cursor(int queueId) => (int)_broker.Node.Popper.CursorOf(
        _broker.Node.Groups.Find("consumers")!, _broker.Node.Topics.Find("Orders")!, queueId);
}

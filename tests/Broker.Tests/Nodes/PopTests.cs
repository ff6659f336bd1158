using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Broker.Popping;
using OrleansMq.Broker.Sending;
using OrleansMq.Broker.Topics;
using OrleansMq.Protocol.Codes;

namespace OrleansMq.Broker.Tests.Nodes;

/// <summary>Messages that are handed out and acknowledged one by one.</summary>
public sealed class PopTests : IDisposable
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private readonly TestBroker _broker = new();

    [Fact]
    public void PoppedMessage_IsNobodyElses_UntilItsTimeIsOver()
    {
        Send("a", "b", "c");

        Assert.Equal(["a", "b"], _broker.PopBodies(max: 2));
        Assert.Equal(["c"], _broker.PopBodies());
        Assert.Empty(_broker.PopBodies());
        _broker.Time.Advance(Minute);
        Assert.Equal(["a", "b", "c"], _broker.PopBodies());
    }

    [Fact]
    public void AcknowledgedMessage_NeverComesAgain_WhateverIsAcknowledgedTwice()
    {
        Send("a", "b");
        TestPop.Popped[] popped = _broker.Pop().Messages;

        _broker.Ack(popped[0]).AssertStored();
        long end = _broker.Node.Store.Log.AppendedUntil;
        _broker.Ack(popped[0]).AssertStored();
        Assert.Equal(end, _broker.Node.Store.Log.AppendedUntil);
        _broker.Time.Advance(Minute);
        Assert.Equal(["b"], _broker.PopBodies());
        Assert.Equal(1, _broker.Node.Pops.InFlight);
    }

    [Fact]
    public void MessageThatComesAgain_SaysHowOften_AndIsIntact()
    {
        Send("a");
        for (int attempt = 1; attempt <= 3; attempt++)
        {
            (PopOutcome outcome, TestPop.Popped[] messages) = _broker.Pop();
            Assert.Equal(attempt, Assert.Single(outcome.Messages).Attempt);
            Assert.Equal(attempt - 1, Assert.Single(messages).Record.ReconsumeTimes);
            Assert.True(messages[0].Record.IsIntact);
            _broker.Time.Advance(Minute);
        }
    }

    [Fact]
    public void LateAcknowledgement_Counts_AlthoughTheMessageWasHandedOutAgain()
    {
        Send("a");
        TestPop.Popped first = _broker.Pop().Messages[0];
        _broker.Time.Advance(Minute);
        TestPop.Popped second = _broker.Pop().Messages[0];

        _broker.Ack(first).AssertStored();
        _broker.Ack(second).AssertStored();
        _broker.Time.Advance(Minute);
        Assert.Empty(_broker.PopBodies());
    }

    [Fact]
    public void TimeOfAMessage_IsOnlyItsLastConsumersToChange()
    {
        Send("a");
        TestPop.Popped first = _broker.Pop().Messages[0];
        _broker.Time.Advance(Minute);
        TestPop.Popped second = _broker.Pop().Messages[0];

        SendResult refused = _broker.Change(first, TimeSpan.Zero);
        Assert.Equal(ResponseCode.NoMessage, refused.Code);
        Assert.Contains("handed out again", refused.Problem, StringComparison.Ordinal);
        _broker.Change(second, 3 * Minute).AssertStored();
        _broker.Time.Advance(2 * Minute);
        Assert.Empty(_broker.PopBodies());
        _broker.Time.Advance(Minute);
        Assert.Equal(["a"], _broker.PopBodies());
    }

    [Fact]
    public void MessageThatIsPutBack_ComesAgainAfterItsDelay()
    {
        Send("a");
        _broker.Change(_broker.Pop().Messages[0], TimeSpan.FromSeconds(5)).AssertStored();

        _broker.Time.Advance(TimeSpan.FromSeconds(4.999));
        Assert.Empty(_broker.PopBodies());
        _broker.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(["a"], _broker.PopBodies());
    }

    [Fact]
    public void FinishedMessage_CannotBeKeptLonger()
    {
        Send("a");
        TestPop.Popped message = _broker.Pop().Messages[0];
        _broker.Ack(message);

        Assert.Contains("acknowledged", _broker.Change(message, Minute).Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("A || B", "TAG")]
    [InlineData("TAGS <> 'C'", "SQL92")]
    public void UnwantedMessages_CountAsDone(string expression, string type)
    {
        foreach (string tag in (string[])["C", "A", "C", "B", "C"])
            _broker.Send("Orders", "tagged " + tag, properties: $"TAGS\u0001{tag}\u0002");

        TestPop.Popped[] popped = _broker.Pop(expression: expression, expressionType: type).Messages;
        Assert.Equal(["tagged A", "tagged B"], popped.Select(message => message.Record.Body));
        _broker.Ack(popped);
        Assert.Equal(5, Committed());
        Assert.Empty(_broker.PopBodies());
    }

    [Fact]
    public void Group_CommitsUpToTheFirstUnfinishedMessage()
    {
        Send("a", "b", "c");
        TestPop.Popped[] popped = _broker.Pop().Messages;

        Assert.Equal(0, Committed());
        _broker.Ack(popped[1]);
        Assert.Equal(0, Committed());
        _broker.Ack(popped[0]);
        Assert.Equal(2, Committed());
        _broker.Ack(popped[2]);
        Assert.Equal(3, Committed());
    }

    [Fact]
    public void Group_GoesOnWhereItHasCommitted_WhenItPulledBefore()
    {
        Send("a", "b", "c");
        _broker.Node.Groups.FindOrCreate("consumers");
        _broker.Node.Groups.Find("consumers")!.Commit("Orders", 0, 1);

        TestPop.Popped[] popped = _broker.Pop(max: 1).Messages;
        Assert.Equal("b", popped[0].Record.Body);
        _broker.Node.Groups.Find("consumers")!.Commit("Orders", 0, 3);
        _broker.Time.Advance(Minute);
        Assert.Empty(_broker.PopBodies());
    }

    [Fact]
    public void NewGroup_BeginsAtTheEnd_WhenItAsksTo_AndSkipsNothingAfterwards()
    {
        Send("a");
        Assert.Empty(_broker.Pop(beginsAtEnd: true).Messages);
        Send("b");
        _broker.Crash();

        Assert.Equal("b", Assert.Single(_broker.Pop(beginsAtEnd: true).Messages).Record.Body);
    }

    [Fact]
    public void Pop_TakesFromAllQueuesInTurn_WhenItNamesNone()
    {
        for (int queue = 0; queue < 4; queue++)
            _broker.Send("Orders", "of " + queue, queue);

        int[] first = [.. Enumerable.Range(0, 4).Select(_ => Assert.Single(_broker.Pop(max: 1, queueId: -1).Messages))
            .Select(message => message.Record.QueueId)];
        Assert.Equal([0, 1, 2, 3], first.Order());
        _broker.Time.Advance(Minute);
        Assert.Equal(4, _broker.Pop(queueId: -1).Messages.Length);
    }

    [Fact]
    public void Groups_PopForThemselves()
    {
        Send("a");
        _broker.Ack(_broker.Pop().Messages);

        Assert.Equal("a", Assert.Single(_broker.Pop(group: "others").Messages).Record.Body);
    }

    [Fact]
    public void OrderedMessages_ComeOneAtATimeWithinTheirGroup()
    {
        foreach (string body in (string[])["x1", "x2", "y1", "x3", "y2"])
            _broker.Send("Orders", body, properties: $"__SHARDINGKEY\u0001{body[0]}\u0002");

        TestPop.Popped[] first = _broker.Pop(isOrdered: true).Messages;
        Assert.Equal(["x1", "y1"], first.Select(message => message.Record.Body));
        Assert.Empty(_broker.PopBodies(isOrdered: true));
        _broker.Crash();
        Assert.Empty(_broker.PopBodies(isOrdered: true));
        _broker.Ack(first[0]).AssertStored();
        Assert.Equal(["x2"], _broker.PopBodies(isOrdered: true));
        _broker.Time.Advance(Minute);
        Assert.Equal(["x2", "y1"], _broker.PopBodies(isOrdered: true));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Order_IsAlsoTheTopicsOrTheGroupsToAsk(bool isTopics)
    {
        if (isTopics)
        {
            _broker.Node.Topics.Put(new TopicConfig
            {
                Name = "Orders",
                Attributes = new Dictionary<string, string> { ["message.type"] = "FIFO" },
            });
        }
        else
        {
            _broker.Node.Groups.Put(new SubscriptionGroupConfig { Name = "consumers", ConsumeMessageOrderly = true });
        }

        Send("a", "b");
        Assert.Equal(["a"], _broker.PopBodies());
    }

    [Fact]
    public void Reset_MakesTheMessagesComeAgain_AndTheReceiptsWorthless()
    {
        Send("a", "b");
        TestPop.Popped[] popped = _broker.Pop().Messages;
        _broker.Ack(popped[0]);
        _broker.Time.Advance(TimeSpan.FromSeconds(1));

        Reset(0);
        Assert.Contains("was set", _broker.Ack(popped[1]).Problem, StringComparison.Ordinal);
        _broker.Crash();
        Assert.Equal(0, Committed());
        Assert.Equal(["a", "b"], _broker.PopBodies());
    }

    [Fact]
    public void Reset_SkipsWhatLiesBefore()
    {
        Send("a", "b", "c");
        _broker.Pop();
        _broker.Time.Advance(Minute);

        Reset(2);
        Assert.Equal(["c"], _broker.PopBodies());
    }

    [Fact]
    public void DeletedTopic_IsForgotten()
    {
        Send("a");
        _broker.Pop();
        _broker.Node.DeleteTopic("Orders");
        _broker.Crash();

        Assert.Equal(0, _broker.Node.Pops.InFlight);
        Send("b");
        Assert.Equal(["b"], _broker.PopBodies());
    }

    [Fact]
    public void DeletedGroup_BeginsAnew()
    {
        Send("a");
        _broker.Ack(_broker.Pop().Messages);
        _broker.Node.DeleteGroup("consumers");

        Assert.Equal(["a"], _broker.PopBodies());
    }

    [Fact]
    public void Pop_SaysWhatIsWrong()
    {
        Send("a");
        AssertRefused(_broker.Pop(topic: "Nowhere").Outcome, ResponseCode.TopicNotExist, "'Nowhere'");
        AssertRefused(_broker.Pop(queueId: 8).Outcome, ResponseCode.InvalidParameter, "0 to 3");
        AssertRefused(_broker.Pop(max: 33).Outcome, ResponseCode.InvalidParameter, "1 to 32");
        AssertRefused(_broker.Pop(invisible: 999).Outcome, ResponseCode.InvalidParameter, "1000 to 43200000");
        AssertRefused(
            _broker.Pop(invisible: 43_200_001).Outcome, ResponseCode.InvalidParameter, "1000 to 43200000");
        AssertRefused(
            _broker.Pop(expression: "a >", expressionType: "SQL92").Outcome, ResponseCode.SubscriptionParseFailed, "");
        _broker.Node.Groups.Put(new SubscriptionGroupConfig { Name = "consumers", ConsumeEnable = false });
        AssertRefused(_broker.Pop().Outcome, ResponseCode.NoPermission, "may not consume");
    }

    [Fact]
    public void Acknowledgement_SaysWhatIsWrong()
    {
        Send("a");
        var key = new PopKey("consumers", "Orders", 0);
        Assert.Contains("popped nothing", Finish(key, 0, 1).Problem, StringComparison.Ordinal);
        _broker.Pop();
        Assert.Contains("No such message", Finish(key, 5, _broker.Time.Milliseconds).Problem, StringComparison.Ordinal);
        SendResult result = _broker.Node.Pops.Change(key, new PopReceipt(0, _broker.Time.Milliseconds), -1, out _);
        Assert.Equal(ResponseCode.InvalidParameter, result.Code);
        result = _broker.Node.Pops.Change(key, new PopReceipt(0, _broker.Time.Milliseconds), long.MaxValue, out _);
        Assert.Equal(ResponseCode.InvalidParameter, result.Code);
    }

    [Fact]
    public void Acknowledgement_IsRefused_WhenOneOfItsReceiptsIsWorthNothing_AndTheOthersCount()
    {
        Send("a", "b");
        TestPop.Popped[] popped = _broker.Pop().Messages;
        var key = new PopKey("consumers", "Orders", 0);
        PopReceipt[] receipts = [popped[0].Receipt, new(7, popped[0].Receipt.PoppedAt), popped[1].Receipt];

        SendResult result = _broker.Node.Pops.Finish(key, receipts, out IReadOnlyCollection<long> finished);
        Assert.Contains("No such message", result.Problem, StringComparison.Ordinal);
        Assert.Equal([0L, 1L], finished);
        Assert.Equal((0, 2L), (_broker.Node.Pops.InFlight, Committed()));

        // What is done already is none of this call's.
        _broker.Node.Pops.Finish(key, [popped[0].Receipt], out finished).AssertStored();
        Assert.Empty(finished);
    }

    [Fact]
    public void RecordsOfPops_AreNotForClientsToWrite()
    {
        Assert.Equal(ResponseCode.NoPermission, _broker.Send("OMQ_SYS_POP", "forged").Code);
        Send("a");
        _broker.Pop();
        _broker.Send("%DLQ%consumers", "forged", properties: "POP_FROM\u00010 0 Orders\u0002");
        _broker.Crash();
        Assert.Equal(1, _broker.Node.Pops.InFlight);
    }

    public void Dispose() => _broker.Dispose();

    private static void AssertRefused(PopOutcome outcome, ResponseCode code, string problem)
    {
        Assert.Equal(code, outcome.Code);
        Assert.Contains(problem, outcome.Problem, StringComparison.Ordinal);
    }

    private void Send(params string[] bodies)
    {
        foreach (string body in bodies)
            Assert.True(_broker.Send("Orders", body).IsStored);
    }

    private void Reset(long offset) => _broker.Node.ResetPops(
        _broker.Node.Groups.Find("consumers")!, _broker.Node.Topics.Find("Orders")!, 0, offset).AssertStored();

    private SendResult Finish(PopKey key, long offset, long poppedAt) =>
        _broker.Node.Pops.Finish(key, [new PopReceipt(offset, poppedAt)], out _);

    private long? Committed() => _broker.Node.Groups.Find("consumers")!.QueryOffset("Orders", 0);
}

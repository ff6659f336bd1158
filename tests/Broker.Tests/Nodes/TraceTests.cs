using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Broker.Sending;
using OrleansMq.Messages.Identity;
using OrleansMq.Messages.Records;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Requests;

namespace OrleansMq.Broker.Tests.Nodes;

/// <summary>What the broker tells of a message: from its log, and from its notes of who was given what.</summary>
public sealed class TraceTests : IDisposable
{
    private const string RetryTopic = "%RETRY%consumers";
    private const string Worker = "omq-deliveries";

    private readonly TestBroker _broker = new();

    [Fact]
    public void Trace_TellsWhoGotAMessage_AndWhenItWasAcknowledged()
    {
        Send("first");
        Send("second");
        Subscribe("consumers");
        Assert.Equal("NOT_CONSUMED_YET", GroupOf(Trace("U-second")).Status);

        _broker.Time.Advance(TimeSpan.FromSeconds(1));
        long pulledAt = _broker.Time.Milliseconds;
        _broker.Pull("Orders");
        GroupTrace delivered = GroupOf(Trace("U-second"));
        Assert.Equal("DELIVERED", delivered.Status);
        DeliveryEntry delivery = Assert.Single(delivered.Deliveries);
        Assert.Equal(("client-1", pulledAt), (delivery.Client, delivery.FirstTimestamp));

        _broker.Step(Worker);
        _broker.Time.Advance(TimeSpan.FromSeconds(1));
        Commit(2);
        _broker.Step(Worker);
        GroupTrace consumed = GroupOf(Trace("U-second"));
        Assert.Equal(("CONSUMED", 2L, "client-1"), (consumed.Status, consumed.CommittedOffset, consumed.AcknowledgedBy));
        Assert.Equal(_broker.Time.Milliseconds, consumed.AcknowledgedTimestamp);
        Assert.Single(consumed.Deliveries);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Trace_TellsTheSame_AfterAStopOrAKill(bool isKilled)
    {
        Send("one");
        _broker.Pull("Orders");
        Commit(1);
        if (isKilled)
        {
            _broker.Step(Worker);
            _broker.Step("omq-offsets");
            _broker.Crash();
        }
        else
        {
            _broker.Reopen();
        }

        GroupTrace group = GroupOf(Trace("U-one"));
        Assert.Equal(("CONSUMED", "client-1"), (group.Status, group.AcknowledgedBy));
        Assert.Equal("client-1", Assert.Single(group.Deliveries).Client);
    }

    [Fact]
    public void Kill_LosesTheNotesOfTheLastSecond_AndNothingElse()
    {
        Send("one");
        _broker.Pull("Orders");
        Commit(1);
        _broker.Step("omq-offsets");
        _broker.Crash();

        GroupTrace group = GroupOf(Trace("U-one"));
        Assert.Equal(("CONSUMED", 0), (group.Status, group.Deliveries.Count));
    }

    [Fact]
    public void Trace_FollowsAMessageThroughItsRetriesIntoTheDeadLetters_AndOutAgain()
    {
        Send("hard");
        Subscribe("consumers");
        ReceivedRecord original = _broker.Pull("Orders").Records[0];
        _broker.SendBack(original, maxTimes: 1);
        Commit(1);
        GroupTrace retrying = GroupOf(Trace("U-hard"));
        RetryEntry waiting = Assert.Single(retrying.Retries);
        Assert.Equal(("RETRYING", "WAITING", 1), (retrying.Status, waiting.Status, waiting.ReconsumeTimes));
        Assert.Equal(_broker.Time.Milliseconds + 10_000, waiting.DueTimestamp);

        _broker.Deliver(TimeSpan.FromSeconds(11));
        Assert.Equal("STORED", Assert.Single(GroupOf(Trace("U-hard")).Retries).Status);
        ReceivedRecord retried = _broker.Pull(RetryTopic).Records[0];
        Assert.Equal("DELIVERED", Assert.Single(GroupOf(Trace("U-hard")).Retries).Status);

        _broker.SendBack(retried, maxTimes: 1);
        Commit(1, RetryTopic);
        GroupTrace dead = GroupOf(Trace("U-hard"));
        Assert.Equal(("DEAD_LETTERED", "ATTEMPTS_USED_UP", 2), (dead.Status, dead.DeadLetter!.Reason, dead.DeadLetter.Attempts));

        _broker.Node.DeadLetterSender.Send(
            new ResendDeadLettersRequest("consumers", [], null, 0, long.MaxValue, 9, null, false, false, false));
        _broker.Node.Pump();
        GroupTrace resent = GroupOf(Trace("U-hard"));
        Assert.Equal(("RETRYING", true, 2), (resent.Status, resent.Retries[^1].IsResent, resent.Retries.Count));
        Assert.Equal(1, resent.DeadLetter!.ResentCount);

        Commit(2, RetryTopic);
        Assert.Equal("CONSUMED", GroupOf(Trace("U-hard")).Status);
    }

    [Fact]
    public void Trace_FollowsAMessageWithoutAnyKey()
    {
        SendResult sent = _broker.Send("Orders", "no key");
        _broker.SendBack(_broker.Pull("Orders").Records[0], maxTimes: 0);

        MessageTrace trace = _broker.Node.Tracer.Trace(
            new TraceMessageRequest(IdOf(sent), null, null, 8), out _)!;
        Assert.Equal("DEAD_LETTERED", Assert.Single(trace.Messages[0].Groups, group => group.Group == "consumers").Status);
    }

    [Fact]
    public void Trace_TellsThatAFilterLeftAMessageOut()
    {
        _broker.Send("Orders", "wanted", properties: "TAGS\u0001a\u0002UNIQ_KEY\u0001U-a\u0002");
        _broker.Send("Orders", "unwanted", properties: "TAGS\u0001b\u0002UNIQ_KEY\u0001U-b\u0002");
        Subscribe("consumers", "a");
        _broker.Pull("Orders", expression: "a");
        Commit(2);

        Assert.Equal("CONSUMED", GroupOf(Trace("U-a")).Status);
        Assert.Equal("FILTERED", GroupOf(Trace("U-b")).Status);
    }

    [Fact]
    public void Trace_TellsOfOneGroup_ThatHasNothingToDoWithTheTopic()
    {
        Send("one");
        MessageTrace trace = _broker.Node.Tracer.Trace(
            new TraceMessageRequest("U-one", "Orders", "strangers", 8), out _)!;
        Assert.Equal("NOT_SUBSCRIBED", Assert.Single(trace.Messages[0].Groups).Status);
    }

    [Fact]
    public void Trace_TellsOfAMessageThatWaits_AndOfWhatComesOutOfIt()
    {
        SendResult sent = _broker.Send(
            "Orders", "later", properties: "DELAY\u00013\u0002UNIQ_KEY\u0001U-later\u0002");
        TracedMessage waiting = Assert.Single(Trace("U-later").Messages);
        Assert.Equal(("WAITING", "Orders", -1L), (waiting.State, waiting.Topic, waiting.QueueOffset));
        Assert.Equal(_broker.Time.Milliseconds + 10_000, waiting.DueTimestamp);

        _broker.Deliver(TimeSpan.FromSeconds(11));
        foreach (MessageTrace trace in new[] { Trace("U-later"), TraceById(IdOf(sent)) })
        {
            TracedMessage delivered = Assert.Single(trace.Messages);
            Assert.Equal(
                ("STORED", "Orders", 0L, null),
                (delivered.State, delivered.Topic, delivered.QueueOffset, delivered.DueTimestamp));
        }
    }

    [Fact]
    public void Trace_TellsOfAHalfMessage()
    {
        _broker.Send("Orders", "creates the topic");
        SendResult half = _broker.Send(
            "Orders", "half", properties: "TRAN_MSG\u0001true\u0002PGROUP\u0001p\u0002UNIQ_KEY\u0001U-half\u0002",
            flags: SystemFlags.TransactionPrepared);
        Assert.Equal("HALF", Assert.Single(Trace("U-half").Messages).State);

        _broker.Node.Transactions.End(
            half.Append.PhysicalOffset, null, null, OrleansMq.Broker.Transactions.TransactionOutcome.RolledBack);
        _broker.Node.Pump();
        Assert.Equal("GONE", Assert.Single(TraceById(IdOf(half)).Messages).State);
    }

    [Fact]
    public void Trace_SaysSo_WhenItStoppedReadingEarly()
    {
        _broker.Options.Tracing.MaxScannedDeliveries = 2;
        Send("one");
        for (int second = 0; second < 4; second++)
        {
            _broker.Pull("Orders");
            _broker.Step(Worker);
            _broker.Time.Advance(TimeSpan.FromSeconds(1));
        }

        MessageTrace trace = Trace("U-one");
        Assert.Equal(_broker.Time.Milliseconds - 3_000, trace.DeliveriesReadUntil);
        Assert.Equal(2, GroupOf(trace).Deliveries.Count);

        _broker.Options.Tracing.MaxScannedDeliveries = 100;
        Assert.Null(Trace("U-one").DeliveriesReadUntil);
        Assert.Equal(4, GroupOf(Trace("U-one")).Deliveries.Count);
    }

    [Theory]
    [InlineData("nonsense", null, "give the topic")]
    [InlineData("7F0000010000269300000000000FFFFF", null, "give the topic")]
    [InlineData("unheard of", "Orders", "'Orders'")]
    public void Trace_SaysWhatIsMissing_WhenThereIsNoSuchMessage(string id, string? topic, string reason)
    {
        Send("one");
        Assert.Null(_broker.Node.Tracer.Trace(new TraceMessageRequest(id, topic, null, 8), out string? problem));
        Assert.Contains(reason, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void HeldPull_IsNotedToo()
    {
        Send("one");
        TestPull pull = _broker.Hold("Orders", offset: 1);
        Send("two");
        Assert.Single(pull.Answers);
        Assert.Equal("client-2", Assert.Single(GroupOf(Trace("U-two")).Deliveries).Client);
    }

    [Fact]
    public void Journal_StoresOneRecordForManyPulls_AndNoneWhenNothingHappens()
    {
        for (int number = 0; number < 50; number++)
        {
            Send($"{number}");
            _broker.Pull("Orders", offset: number);
        }

        _broker.Step(Worker);
        _broker.Step(Worker);
        Assert.Equal(1, _broker.Node.Topics.Find("OMQ_SYS_DELIVERIES")!.Queue(0).MaxOffset);
    }

    [Fact]
    public void Journal_MakesNoNotesOfItsOwnReaders()
    {
        Send("one");
        _broker.Pull("Orders");
        _broker.Step(Worker);
        _broker.Pull("OMQ_SYS_DELIVERIES");
        _broker.Step(Worker);
        Assert.Equal(1, _broker.Node.Topics.Find("OMQ_SYS_DELIVERIES")!.Queue(0).MaxOffset);
    }

    [Fact]
    public void Journal_DropsAndCounts_WhatFindsNoRoom()
    {
        using var broker = new TestBroker(options => options.Tracing.MaxPendingDeliveries = 1);
        broker.Send("Orders", "one", properties: "UNIQ_KEY\u0001U-one\u0002");
        Assert.Single(broker.Pull("Orders").Records);
        Assert.Single(broker.Pull("Orders", group: "others").Records);
        Assert.Equal(1, broker.Node.Deliveries.Dropped);
    }

    [Fact]
    public void Journal_NotesNothing_WhenItIsOff()
    {
        using var broker = new TestBroker(options => options.Tracing.Deliveries = false);
        broker.Send("Orders", "one");
        broker.Pull("Orders");
        broker.Step(Worker);
        Assert.Equal(0, broker.Node.Topics.Find("OMQ_SYS_DELIVERIES")!.Queue(0).MaxOffset);
    }

    [Fact]
    public void JournalTopic_TakesNoMessagesOfClients() =>
        Assert.Equal(ResponseCode.NoPermission, _broker.Send("OMQ_SYS_DELIVERIES", "forged").Code);

    public void Dispose() => _broker.Dispose();

    private void Send(string body) => _broker.Send("Orders", body, properties: $"UNIQ_KEY\u0001U-{body}\u0002");

    private void Subscribe(string group, string expression = "*")
    {
        _broker.Node.Groups.FindOrCreate(group);
        Assert.True(Subscription.TryParse(
            "Orders", expression, ExpressionKind.Tag, 1, out Subscription? subscription, out _));
        Assert.Null(_broker.Node.Groups.Find(group)!.Heartbeat(new GroupMember
        {
            ClientId = "client-1",
            Channel = _broker.Node.ChannelOf(1),
            Subscriptions = [subscription],
        }));
    }

    private void Commit(long offset, string topic = "Orders") => _broker.Node.Deliveries.Commit(
        _broker.Node.Groups.Find("consumers")!, "client-1", _broker.Node.Topics.Find(topic)!.Queue(0), offset);

    private MessageTrace Trace(string key) => _broker.Node.Tracer.Trace(
        new TraceMessageRequest(key, "Orders", null, 8), out _)!;

    private MessageTrace TraceById(string id) =>
        _broker.Node.Tracer.Trace(new TraceMessageRequest(id, null, null, 8), out _)!;

    private static GroupTrace GroupOf(MessageTrace trace) =>
        Assert.Single(trace.Messages[0].Groups, group => group.Group == "consumers");

    private string IdOf(SendResult sent) =>
        new OffsetMessageId(_broker.Node.Identity.StoreHost, sent.Append.PhysicalOffset).ToString();
}

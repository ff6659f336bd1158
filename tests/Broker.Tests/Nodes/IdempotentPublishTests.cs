using System.Text;
using OrleansMq.Broker.Deduplication;
using OrleansMq.Broker.Delays;
using OrleansMq.Broker.Sending;
using OrleansMq.Broker.Topics;
using OrleansMq.Messages.Records;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Requests;

namespace OrleansMq.Broker.Tests.Nodes;

public sealed class IdempotentPublishTests : IDisposable
{
    private readonly TestBroker _broker = new(options => options.Deduplication.MaxEntries = 1_000);

    public IdempotentPublishTests() => SetAttributes("+idempotent.window=10m");

    public enum Between
    {
        Nothing,
        Dispatching,
        Checkpoint,
        Reopening,
        Crash,
        CrashBeforeDispatching,
        LossOfTheSnapshot,
    }

    [Theory]
    [InlineData(Between.Nothing)]
    [InlineData(Between.Dispatching)]
    [InlineData(Between.Checkpoint)]
    [InlineData(Between.Reopening)]
    [InlineData(Between.Crash)]
    [InlineData(Between.CrashBeforeDispatching)]
    [InlineData(Between.LossOfTheSnapshot)]
    public void Send_GetsTheFirstAnswer_WhenItsIdWasStored(Between between)
    {
        Send("other", "OTHER", 1);
        SendResult first = Send("first", "A", 1);
        switch (between)
        {
            case Between.Dispatching:
                _broker.Node.Pump();
                break;
            case Between.Checkpoint:
                Checkpoint();
                _broker.Crash();
                break;
            case Between.Reopening:
                _broker.Reopen();
                break;
            case Between.Crash:
                _broker.Node.Pump();
                _broker.Crash();
                break;
            case Between.CrashBeforeDispatching:
                _broker.Crash();
                break;
            case Between.LossOfTheSnapshot:
                _broker.LoseSnapshot(PublishSnapshot.Name);
                break;
        }

        SendResult second = Send("again", "A", queueId: 2);
        _broker.Node.Pump();

        Assert.True(second.IsStored && second.IsRepeated);
        Assert.Equal(
            (first.Append.PhysicalOffset, first.QueueId, first.Append.QueueOffset),
            (second.Append.PhysicalOffset, second.QueueId, second.Append.QueueOffset));
        Assert.Equal(["other", "first"], _broker.BodiesOf("Orders", 1));
        Assert.Empty(_broker.BodiesOf("Orders", 2));
    }

    [Fact]
    public void Send_IsStored_WhenAPowerCutTookItsFirstRecord()
    {
        Checkpoint();
        long lost = Send("lost", "A").Append.PhysicalOffset;
        _broker.Node.Pump();
        string log = Path.Combine(_broker.Store.Directory, "commitlog", $"{0:D20}");
        _broker.Crash(() =>
        {
            using FileStream file = File.OpenWrite(log);
            file.Position = lost;
            file.Write(new byte[4096]);
        });

        Assert.False(Send("again", "A").IsRepeated);
        _broker.Node.Pump();
        Assert.Equal(["again"], _broker.BodiesOf("Orders"));
    }

    [Fact]
    public void Send_IsStored_WhenTheWindowIsOver()
    {
        Send("first", "A");
        _broker.Time.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromMilliseconds(1));
        Assert.True(Send("in time", "A").IsRepeated);
        _broker.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.False(Send("late", "A").IsRepeated);
        Assert.True(Send("in the next window", "A").IsRepeated);
    }

    [Fact]
    public void Send_IsStored_ForAnotherTopicOrWithoutAnIdOrAWindow()
    {
        Send("first", "A");
        SetAttributes("+idempotent.window=10m", "Bills");
        Assert.False(_broker.Send("Bills", "other topic", properties: "UNIQ_KEY\u0001A\u0002").IsRepeated);
        Assert.True(_broker.Send("Bills", "its own again", properties: "UNIQ_KEY\u0001A\u0002").IsRepeated);
        Assert.False(_broker.Send("Orders", "no id").IsRepeated);
        Assert.False(_broker.Send("Orders", "no id").IsRepeated);
        SetAttributes("-idempotent.window");
        Assert.False(Send("no window", "A").IsRepeated);
        _broker.Node.Pump();
        Assert.Equal(["first", "no id", "no id", "no window"], _broker.BodiesOf("Orders"));
    }

    [Fact]
    public void Send_IsStoredOnce_WhenManyConnectionsSendItAtTheSameTime()
    {
        const int Senders = 4;
        const int Ids = 200;
        using var barrier = new Barrier(Senders);
        var answers = new SendResult[Senders, Ids];
        Thread[] threads = [.. Enumerable.Range(0, Senders).Select(sender => new Thread(() =>
        {
            for (int id = 0; id < Ids; id++)
            {
                barrier.SignalAndWait();
                answers[sender, id] = Send($"{id}", $"ID{id}", queueId: sender);
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        _broker.Node.Pump();

        Assert.Equal(Ids, Enumerable.Range(0, Senders).Sum(QueueLength));
        for (int id = 0; id < Ids; id++)
        {
            Assert.Equal(1, Enumerable.Range(0, Senders).Count(sender => !answers[sender, id].IsRepeated));
            Assert.Single(Enumerable.Range(0, Senders).Select(sender => answers[sender, id].Append.PhysicalOffset).Distinct());
        }
    }

    [Fact]
    public void Batch_StoresEachIdOnce_AndNamesThePlaceOfEach()
    {
        SendResult a = Send("a", "A");
        (SendResult first, List<long> places) = SendBatch(("b", "B"), ("a again", "A"), ("none", null), ("b again", "B"), ("c", "C"));
        _broker.Node.Pump();
        Assert.Equal(["a", "b", "none", "c"], _broker.BodiesOf("Orders"));
        Assert.Equal((1, places[0]), (first.Append.QueueOffset, first.Append.PhysicalOffset));
        Assert.Equal(5, places.Count);
        Assert.Equal(a.Append.PhysicalOffset, places[1]);
        Assert.Equal(places[0], places[3]);
        Assert.Equal(4, places.Distinct().Count());

        (SendResult again, List<long> samePlaces) = SendBatch(("b", "B"), ("c", "C"));
        Assert.True(again.IsRepeated);
        Assert.Equal([places[0], places[4]], samePlaces);
        Assert.Equal((1, 0), (again.Append.QueueOffset, again.QueueId));
        Assert.True(Send("c", "C").IsRepeated);
    }

    [Fact]
    public void Batch_IsKnownAfterACrash()
    {
        (_, List<long> places) = SendBatch(("a", "A"), ("b", "B"));
        _broker.Crash();
        (SendResult again, List<long> samePlaces) = SendBatch(("a", "A"), ("b", "B"));
        Assert.True(again.IsRepeated);
        Assert.Equal(places, samePlaces);
        Assert.Equal(["a", "b"], _broker.BodiesOf("Orders"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void DelayedMessage_ComesOnce_WhenItWasSentTwice(bool crashes)
    {
        SendResult first = Send("later", "A", 2, "TIMER_DELAY_MS\u000110000\u0002");
        _broker.Node.Pump();
        if (crashes)
            _broker.Crash();
        SendResult second = Send("later", "A", 3, "TIMER_DELAY_MS\u000110000\u0002");
        Assert.Equal(first.RecallHandle, second.RecallHandle);
        Assert.Equal((2, first.Append.PhysicalOffset), (second.QueueId, second.Append.PhysicalOffset));
        _broker.Deliver(TimeSpan.FromSeconds(11));
        if (crashes)
            _broker.Crash();
        Assert.True(Send("later", "A").IsRepeated);
        Assert.Equal(["later"], _broker.BodiesOf("Orders", 2));
        Assert.Empty(_broker.BodiesOf("Orders", 3));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void RecalledMessage_MayBeSentAgain(bool crashes)
    {
        string text = Send("regretted", "A", 0, "TIMER_DELAY_MS\u000110000\u0002").RecallHandle!;
        Checkpoint();
        Recall(text);
        if (crashes)
            _broker.Crash();
        Assert.False(Send("after all", "A").IsRepeated);
        _broker.Node.Pump();
        _broker.Deliver(TimeSpan.FromSeconds(11));
        Assert.Equal(["after all"], _broker.BodiesOf("Orders"));
    }

    /// <summary>The first one waits for longer than its window, in the next of which the second one is sent.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void RecalledMessage_LeavesTheIdOfOneThatWasSentLater(bool crashes)
    {
        string text = Send("regretted", "A", 0, "TIMER_DELAY_MS\u00011200000\u0002").RecallHandle!;
        _broker.Time.Advance(TimeSpan.FromMinutes(11));
        Assert.False(Send("second", "A").IsRepeated);
        Checkpoint();
        Recall(text);
        if (crashes)
            _broker.Crash();

        Assert.True(Send("third", "A").IsRepeated);
        _broker.Node.Pump();
        Assert.Equal(["second"], _broker.BodiesOf("Orders"));
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 1)]
    [InlineData(false, 2)]
    [InlineData(true, 2)]
    public void RecalledMessage_MayBeSentAgain_AfterItWasParkedAnew(bool crashes, int times)
    {
        SetAttributes("+idempotent.window=7d");
        string text = Send("regretted", "A", 0, "TIMER_DELAY_MS\u0001432000000\u0002").RecallHandle!;
        for (int time = 0; time < times; time++)
        {
            Checkpoint();
            long end = _broker.Node.Store.Log.AppendedUntil;
            _broker.Deliver(_broker.Store.Retention / 2);
            Assert.NotEqual(end, _broker.Node.Store.Log.AppendedUntil);
        }

        Assert.True(Send("too early", "A").IsRepeated);
        Recall(text);
        if (crashes)
            _broker.Crash();
        Assert.False(Send("after all", "A").IsRepeated);
    }

    /// <summary>
    /// The calling back reaches the snapshot before whoever calls back takes the id from the table, and the broker is
    /// killed in between.
    /// </summary>
    [Fact]
    public void RecalledMessage_MayBeSentAgain_WhenTheSnapshotWasFasterThanItsCaller()
    {
        string text = Send("regretted", "A", 0, "TIMER_DELAY_MS\u000110000\u0002").RecallHandle!;
        Checkpoint();
        Assert.True(RecallHandle.TryParse(text, out RecallHandle? handle));
        Assert.True(_broker.Node.Delayed.Recall(handle, out _).IsStored);
        Send("has the snapshot written", "B");

        // Long enough for every index to be written, so that recovery does not read the calling back again.
        _broker.Time.Advance(TimeSpan.FromMinutes(1));
        Checkpoint();
        _broker.Crash();

        Assert.False(Send("after all", "A").IsRepeated);
    }

    [Fact]
    public void HalfMessages_AreEachTheirOwn()
    {
        const string Half = "TRAN_MSG\u0001true\u0002PGROUP\u0001payers\u0002UNIQ_KEY\u0001A\u0002";
        Send("first", "A");
        for (int time = 0; time < 2; time++)
        {
            SendResult half = _broker.Send(
                "Orders", "paid", properties: Half, flags: SystemFlags.TransactionPrepared);
            Assert.False(half.IsRepeated);
        }

        Assert.Equal(2, _broker.Node.Transactions.Count);
    }

    [Fact]
    public void RetriedMessage_ComesAgain_WithTheIdItHad()
    {
        Send("failed", "A");
        _broker.Node.Pump();
        ReceivedRecord record = Assert.Single(_broker.Pull("Orders").Records);
        for (int time = 0; time < 2; time++)
            Assert.False(_broker.SendBack(record, 16).IsRepeated);
        _broker.Deliver(TimeSpan.FromSeconds(11));
        Assert.Equal(2, _broker.Pull("%RETRY%consumers").Records.Length);
    }

    /// <summary>A copy that is made from a dead letter is no publication, whoever reads the log.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ResentDeadLetter_LeavesItsIdToTheFirstMessage(bool crashes)
    {
        SendResult first = Send("failed", "A");
        _broker.Node.Pump();
        Assert.True(_broker.SendBack(Assert.Single(_broker.Pull("Orders").Records), maxTimes: 0).IsStored);
        _broker.Time.Advance(TimeSpan.FromMinutes(6));
        Assert.Equal(1, _broker.Node.DeadLetterSender.Send(new ResendDeadLettersRequest(
            "consumers", [], null, 0, long.MaxValue, 100, null, IsDryRun: false, ToTopic: true, IsForced: false))
            .Report!.Sent);
        _broker.Node.Pump();
        if (crashes)
            _broker.Crash();

        SendResult second = Send("again", "A");
        Assert.Equal((true, first.Append.PhysicalOffset), (second.IsRepeated, second.Append.PhysicalOffset));
        _broker.Time.Advance(TimeSpan.FromMinutes(5));
        Assert.False(Send("in the next window", "A").IsRepeated);
    }

    [Fact]
    public void Send_IsRefused_WhenNoFurtherIdCanBeRemembered_UntilOneIsForgotten()
    {
        for (int id = 0; id < 1_000; id++)
            Assert.True(Send("x", $"ID{id}").IsStored);
        SendResult refused = Send("x", "ONE MORE");
        Assert.Equal(ResponseCode.SystemBusy, refused.Code);
        Assert.Contains("MaxEntries", refused.Problem, StringComparison.Ordinal);
        Assert.Equal(ResponseCode.SystemBusy, SendBatch(("x", "ONE MORE"), ("y", "TWO MORE")).Result.Code);
        Assert.True(Send("x", "ID7").IsRepeated);
        Assert.True(_broker.Send("Orders", "no id").IsStored);

        _broker.Time.Advance(TimeSpan.FromMinutes(10));
        Assert.False(Send("x", "ONE MORE").IsRepeated);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Send_IsStored_WhenItsTopicWasDeletedAndMadeAnew(bool crashes)
    {
        Send("of the old topic", "A");
        _broker.Node.Pump();
        _broker.Node.DeleteTopic("Orders");
        SetAttributes("+idempotent.window=10m");
        if (crashes)
            _broker.Crash();
        Assert.False(Send("of the new topic", "A").IsRepeated);
        Assert.True(Send("of the new topic", "A").IsRepeated);
    }

    public void Dispose() => _broker.Dispose();

    private SendResult Send(string body, string id, int queueId = 0, string properties = "") => _broker.Send(
        "Orders", body, queueId, $"{properties}UNIQ_KEY\u0001{id}\u0002", isDispatched: false);

    private void Recall(string text)
    {
        Assert.True(RecallHandle.TryParse(text, out RecallHandle? handle));
        Assert.True(_broker.Node.Recall(handle).IsStored);
        _broker.Node.Pump();
    }

    private (SendResult Result, List<long> Places) SendBatch(params (string Body, string? Id)[] messages)
    {
        using var body = new MemoryStream();
        foreach ((string text, string? id) in messages)
        {
            byte[] payload = Encoding.UTF8.GetBytes(text);
            byte[] properties = Encoding.UTF8.GetBytes(id is null ? "" : $"UNIQ_KEY\u0001{id}\u0002");
            byte[] item = new byte[BatchItem.SizeOf(payload.Length, properties.Length)];
            BatchItem.Write(item, 0, payload, properties);
            body.Write(item);
        }

        return _broker.SendBatch("Orders", body.ToArray());
    }

    private int QueueLength(int queueId) => (int)_broker.Node.Topics.Find("Orders")!.Queue(queueId).MaxOffset;

    private void Checkpoint()
    {
        _broker.Node.Pump();
        _broker.Time.Advance(TimeSpan.FromSeconds(3));
        _broker.Step("omq-flush");
        _broker.Step("omq-checkpoint");
    }

    private void SetAttributes(string changes, string topic = "Orders")
    {
        var config = new TopicConfig { Name = topic, ReadQueues = 4, WriteQueues = 4, AttributeChanges = changes };
        Assert.Null(_broker.Node.Topics.Put(config).Problem);
    }
}

using OrleansMq.Broker.Retention;
using OrleansMq.Broker.Topics;
using OrleansMq.Broker.Transactions;
using OrleansMq.Messages.Records;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;
using OrleansMq.Protocol.Requests;
using OrleansMq.Storage;

namespace OrleansMq.Broker.Tests.Nodes;

public sealed class RetentionTests : IDisposable
{
    private readonly TestBroker _broker = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Message_IsGone_WhenItsTopicIsKeptForAShorterTime(bool crashes)
    {
        SetAttributes("Orders", "+retention.hours=1");
        long position = _broker.Send("Orders", "old", properties: "UNIQ_KEY\u0001OLD\u0002").Append.PhysicalOffset;
        _broker.Send("Bills", "kept");
        _broker.Time.Advance(TimeSpan.FromMinutes(61));
        _broker.Send("Orders", "new");
        Clean(_broker);
        if (crashes)
            _broker.Crash();

        Assert.Equal(ResponseCode.PullOffsetMoved, _broker.Pull("Orders").Outcome.Code);
        Assert.Equal(["new"], _broker.Pull("Orders", offset: 1).Records.Select(record => record.Body));
        Assert.Equal(["kept"], _broker.BodiesOf("Bills"));
        using var found = new OutputBuffer();
        Assert.Equal(0, _broker.Node.Queries.FindByKey(
            new QueryMessageRequest("Orders", "OLD", 10, 0, long.MaxValue, false), found));
        Assert.False(_broker.Node.Queries.TryView(position, found));
        Assert.Equal(0, found.Length);
    }

    [Fact]
    public void Topic_IsKeptAsTheStoreSays_OnceItsAttributeIsTakenAway()
    {
        SetAttributes("Orders", "+retention.hours=1");
        SetAttributes("Orders", "-retention.hours");
        _broker.Send("Orders", "old");
        _broker.Time.Advance(TimeSpan.FromHours(2));
        Clean(_broker);

        Assert.Equal(["old"], _broker.BodiesOf("Orders"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void WaitingMessage_ComesOnTime_WhenTheDiskDemandsItsFile(bool crashes)
    {
        long due = _broker.Time.Milliseconds + (long)TimeSpan.FromHours(30).TotalMilliseconds;
        _broker.Send("Orders", "later", properties: $"TIMER_DELIVER_MS\u0001{due}\u0002");
        DropOldest();
        for (int round = 0; round < 6; round++)
        {
            Fill(_broker);
            Clean(_broker);
            _broker.Deliver(TimeSpan.FromSeconds(1));
        }

        Assert.True(_broker.Node.Store.Log.MinOffset > 0, "no file was deleted");
        Assert.Equal(1, _broker.Node.Delayed.Count);
        if (crashes)
            _broker.Crash();
        _broker.Deliver(TimeSpan.FromHours(29));
        Assert.Empty(_broker.BodiesOf("Orders"));
        _broker.Deliver(TimeSpan.FromHours(1));
        Assert.Equal(["later"], _broker.BodiesOf("Orders"));
    }

    [Fact]
    public void WaitingMessage_ComesOnTime_WhenRecordsAreKeptForAShorterTimeThanBefore()
    {
        long due = _broker.Time.Milliseconds + (long)TimeSpan.FromHours(20).TotalMilliseconds;
        _broker.Send("Orders", "later", properties: $"TIMER_DELIVER_MS\u0001{due}\u0002");
        Fill(_broker);
        _broker.Reopen(() => _broker.Store.Retention = TimeSpan.FromHours(2));
        for (int round = 0; round < 6; round++)
        {
            _broker.Deliver(TimeSpan.FromHours(3));
            Fill(_broker);
            Clean(_broker);
        }

        Assert.True(_broker.Node.Store.Log.MinOffset > 0, "no file was deleted");
        _broker.Deliver(TimeSpan.FromHours(3));
        Assert.Equal(["later"], _broker.BodiesOf("Orders"));
    }

    [Fact]
    public void File_Stays_WhileAWaitingMessageFindsNoSpaceElsewhere()
    {
        _broker.Send("Orders", "later", properties: "TIMER_DELAY_MS\u0001100000000\u0002");
        Fill(_broker);
        DropOldest();
        _broker.Store.DiskFullRatio = 0.000_000_1;
        for (int round = 0; round < 3; round++)
        {
            Clean(_broker);
            _broker.Deliver(TimeSpan.FromSeconds(2));
        }

        Assert.Equal(0, _broker.Node.Store.Log.MinOffset);
        Assert.Equal(1, _broker.Node.Delayed.Count);

        _broker.Store.DiskFullRatio = 1;
        for (int round = 0; round < 3; round++)
        {
            Clean(_broker);
            _broker.Deliver(TimeSpan.FromSeconds(2));
        }

        Assert.NotEqual(0, _broker.Node.Store.Log.MinOffset);
        Assert.Equal(1, _broker.Node.Delayed.Count);
    }

    [Fact]
    public void File_StaysWhileATransactionOfItIsOpen()
    {
        _broker.Send("Orders", "creates the topic");
        long half = _broker.Send(
            "Orders", "paid", properties: "TRAN_MSG\u0001true\u0002PGROUP\u0001payers\u0002",
            flags: SystemFlags.TransactionPrepared).Append.PhysicalOffset;
        Fill(_broker);
        DropOldest();
        Clean(_broker);
        Assert.Equal(0, _broker.Node.Store.Log.MinOffset);

        Assert.True(_broker.Node.Transactions.End(half, null, null, TransactionOutcome.Committed).IsStored);
        _broker.Node.Pump();
        Clean(_broker);
        Assert.NotEqual(0, _broker.Node.Store.Log.MinOffset);
    }

    [Fact]
    public void FullDisk_RefusesMessages_AndDeletesNone_UntilThereIsRoom()
    {
        _broker.Send("Orders", "old");
        Fill(_broker);
        _broker.Store.DiskFullRatio = _broker.Store.DiskCleanRatio = 0.000_000_1;
        Clean(_broker);
        var refused = _broker.Send("Orders", "refused");
        Assert.Equal(ResponseCode.SystemBusy, refused.Code);
        Assert.Contains("DiskFullRatio", refused.Problem, StringComparison.Ordinal);
        Assert.Equal(0, _broker.Node.Store.Log.MinOffset);
        Assert.Equal(["old"], _broker.BodiesOf("Orders"));

        _broker.Store.DiskFullRatio = _broker.Store.DiskCleanRatio = 1;
        Clean(_broker);
        Assert.True(_broker.Send("Orders", "accepted").IsStored);
    }

    [Fact]
    public void Alarm_IsRaisedBeforeUnreadMessagesGo_AndIsOverOnceTheyAreRead()
    {
        SetAttributes("Orders", "+retention.hours=10");
        long first = _broker.Time.Milliseconds;
        Commit("consumers", 1);
        Commit("done", 3);
        foreach (string body in (string[])["read", "unread", "unread too"])
            _broker.Send("Orders", body);
        _broker.Time.Advance(TimeSpan.FromHours(9) - TimeSpan.FromMilliseconds(1));
        _broker.Send("Orders", "young");
        Assert.Empty(Alarms());

        _broker.Time.Advance(TimeSpan.FromMilliseconds(2));
        long tenHours = (long)TimeSpan.FromHours(10).TotalMilliseconds;
        Assert.Equal([new UnreadMessages("consumers", "Orders", 2, first + tenHours)], Alarms());

        Commit("consumers", 3);
        Assert.Empty(Alarms());
        Assert.Equal(0, _broker.Node.UnreadAlarms.Deleted);
    }

    [Fact]
    public void UnreadMessages_AreCounted_WhenTheyGo()
    {
        SetAttributes("Orders", "+retention.hours=1");
        Commit("consumers", 1);
        for (int index = 0; index < 3; index++)
            _broker.Send("Orders", $"{index}");
        _broker.Time.Advance(TimeSpan.FromHours(2));
        Clean(_broker);
        Assert.Equal(2, _broker.Node.UnreadAlarms.Deleted);
    }

    [Fact]
    public void Alarm_IsRaised_WhenTheNextFileHoldsUnreadMessagesAndTheDiskIsNearlyFull()
    {
        _broker.Send("Orders", "unread");
        Fill(_broker);
        Commit("consumers", 0);
        Assert.Empty(Alarms());
        DropOldest();
        _broker.Store.DiskCleanRatio = 0.000_000_1;
        _broker.Step("omq-clean");

        Assert.Equal("Orders", Assert.Single(Alarms()).Topic);
        Clean(_broker);
        Assert.Equal(1, _broker.Node.UnreadAlarms.Deleted);
    }

    public void Dispose() => _broker.Dispose();

    /// <summary>Fills the first file of the log and begins the second.</summary>
    private static void Fill(TestBroker broker)
    {
        for (int index = 0; index < 10; index++)
            broker.Send("Noise", new string('x', 30_000));
    }

    /// <summary>Lets everything go that is to go.</summary>
    private static void Clean(TestBroker broker)
    {
        broker.Time.Advance(TimeSpan.FromSeconds(10));
        broker.Step("omq-flush");
        broker.Step("omq-checkpoint");
        for (int step = 0; step < 24; step++)
            broker.Step("omq-clean");
    }

    private IReadOnlyList<UnreadMessages> Alarms()
    {
        _broker.Step("omq-unread");
        return _broker.Node.UnreadAlarms.Raised;
    }

    private void DropOldest()
    {
        _broker.Store.DiskFullPolicy = DiskFullPolicy.DropOldest;
        _broker.Store.DiskCleanRatio = 0.000_000_1;
    }

    private void Commit(string group, long offset)
    {
        _broker.Node.Groups.FindOrCreate(group);
        _broker.Node.Groups.Find(group)!.Commit("Orders", 0, offset);
    }

    private void SetAttributes(string topic, string changes)
    {
        TopicResult result = _broker.Node.Topics.Put(new TopicConfig { Name = topic, AttributeChanges = changes });
        Assert.Null(result.Problem);
    }
}

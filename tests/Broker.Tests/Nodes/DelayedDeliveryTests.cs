using OrleansMq.Broker.Delays;
using OrleansMq.Broker.Sending;
using OrleansMq.Protocol.Codes;
using OrleansMq.Storage.Workers;

namespace OrleansMq.Broker.Tests.Nodes;

public sealed class DelayedDeliveryTests : IDisposable
{
    private const string TenSeconds = "TIMER_DELAY_MS\u000110000\u0002";

    private const string Identified = TenSeconds + "UNIQ_KEY\u0001A\u0002";

    private readonly TestBroker _broker = new();

    [Theory]
    [InlineData("DELAY\u00013\u0002")]
    [InlineData(TenSeconds)]
    public void Message_ComesWhenItIsDue_AndNotBefore(string properties)
    {
        Assert.Equal(2, _broker.Send("Orders", "later", queueId: 2, properties: properties).QueueId);
        _broker.Deliver(TimeSpan.FromMilliseconds(9_999));
        Assert.Empty(_broker.BodiesOf("Orders", 2));

        _broker.Deliver(TimeSpan.FromMilliseconds(2));
        Assert.Equal(["later"], _broker.BodiesOf("Orders", 2));
        Assert.Equal(0, _broker.Node.Delayed.Count);
    }

    [Fact]
    public void Message_ComesOnce_WhenTheBrokerIsReopenedWhileItWaits()
    {
        _broker.Send("Orders", "later", properties: TenSeconds);
        _broker.Reopen();
        Assert.Equal(1, _broker.Node.Delayed.Count);

        _broker.Deliver(TimeSpan.FromSeconds(11));
        _broker.Deliver(TimeSpan.FromSeconds(11));
        Assert.Equal(["later"], _broker.BodiesOf("Orders"));
    }

    [Fact]
    public void Message_ComesOnce_WhenTheBrokerIsReopenedAfterItsDelivery()
    {
        _broker.Send("Orders", "later", properties: TenSeconds);
        _broker.Deliver(TimeSpan.FromSeconds(11));
        _broker.Reopen();

        _broker.Deliver(TimeSpan.FromSeconds(11));
        Assert.Equal(["later"], _broker.BodiesOf("Orders"));
        Assert.Equal(0, _broker.Node.Delayed.Count);
    }

    [Fact]
    public void Message_ComesOnce_WhenTheTimersSnapshotIsLost()
    {
        _broker.Send("Orders", "delivered", properties: TenSeconds);
        _broker.Deliver(TimeSpan.FromSeconds(11));
        _broker.Send("Orders", "later", properties: TenSeconds);
        _broker.Reopen(() =>
        {
            foreach (string file in Directory.GetFiles(Path.Combine(_broker.Store.Directory, "config"), "timer*"))
                File.Delete(file);
        });

        _broker.Deliver(TimeSpan.FromSeconds(11));
        Assert.Equal(["delivered", "later"], _broker.BodiesOf("Orders"));
    }

    [Theory]
    [InlineData(40, false)]
    [InlineData(365, false)]
    [InlineData(40, true)]
    public void Message_ComesOnTime_WhenItWaitsLongerThanRecordsAreKept(int days, bool crashes)
    {
        using var broker = new TestBroker(options => options.MaxDelay = TimeSpan.FromDays(400));
        long due = broker.Time.Milliseconds + (long)TimeSpan.FromDays(days).TotalMilliseconds;
        broker.Send("Orders", "much later", queueId: 1, properties: $"TIMER_DELIVER_MS\u0001{due}\u0002");

        var step = TimeSpan.FromHours(20);
        while (broker.Time.Milliseconds + step.TotalMilliseconds < due)
        {
            broker.Send("Noise", new string('x', 30_000));
            broker.Deliver(step);
            Clean(broker);
            if (crashes)
                broker.Crash();
            Assert.Equal(1, broker.Node.Delayed.Count);
        }

        Assert.True(broker.Node.Store.Log.MinOffset > 0);
        broker.Deliver(TimeSpan.FromMilliseconds(due - broker.Time.Milliseconds - 1));
        Assert.Empty(broker.BodiesOf("Orders", 1));
        broker.Deliver(TimeSpan.FromMilliseconds(11));
        Assert.Equal(["much later"], broker.BodiesOf("Orders", 1));
        Assert.Equal(0, broker.Node.Delayed.Count);
    }

    [Fact]
    public void Message_ComesAtItsTime_WhenTheClockIsSetBack()
    {
        _broker.Send("Orders", "first sent", properties: TenSeconds);
        _broker.Time.Advance(TimeSpan.FromHours(-1));
        _broker.Send("Orders", "sent after", properties: TenSeconds);
        _broker.Deliver(TimeSpan.FromMilliseconds(9_999));
        Assert.Empty(_broker.BodiesOf("Orders"));

        _broker.Deliver(TimeSpan.FromMilliseconds(1));
        Assert.Equal(["sent after"], _broker.BodiesOf("Orders"));
        _broker.Deliver(TimeSpan.FromHours(1) - TimeSpan.FromMilliseconds(1));
        Assert.Equal(["sent after"], _broker.BodiesOf("Orders"));
        _broker.Deliver(TimeSpan.FromMilliseconds(1));
        Assert.Equal(["sent after", "first sent"], _broker.BodiesOf("Orders"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Message_ComesOnce_WhenTheClockIsSetBackBehindItsDelivery(bool crashes)
    {
        _broker.Send("Orders", "once", properties: TenSeconds);
        _broker.Deliver(TimeSpan.FromSeconds(11));
        _broker.Time.Advance(TimeSpan.FromHours(-1));
        if (crashes)
            _broker.Crash();

        _broker.Deliver(TimeSpan.FromHours(2));
        Assert.Equal(["once"], _broker.BodiesOf("Orders"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Messages_ComeInTheOrderOfTheirTimes_WhenTheClockIsSetForward(bool crashes)
    {
        foreach (int hours in (int[])[300, 1, 30, 2])
        {
            long due = _broker.Time.Milliseconds + (long)TimeSpan.FromHours(hours).TotalMilliseconds;
            _broker.Send("Orders", $"{hours} hours", properties: $"TIMER_DELIVER_MS\u0001{due}\u0002");
        }

        _broker.Time.Advance(TimeSpan.FromHours(100));
        if (crashes)
            _broker.Crash();
        _broker.Step("omq-timer");
        Assert.Equal(["1 hours", "2 hours", "30 hours"], _broker.BodiesOf("Orders"));
    }

    /// <summary>Sleeping threads do not see the clock move: they have to look.</summary>
    [Fact]
    public void Timer_LooksAtTheClockWithinFiftyMilliseconds_WhileAMessageWaits()
    {
        IStoreWorker timer = _broker.Node.Workers.Single(worker => worker.Name == "omq-timer");
        Assert.Equal(Timeout.InfiniteTimeSpan, timer.PumpOnce());
        _broker.Send("Orders", "later", properties: TenSeconds);
        Assert.Equal(TimeSpan.FromMilliseconds(50), timer.PumpOnce());
        _broker.Time.Advance(TimeSpan.FromMilliseconds(9_990));
        Assert.Equal(TimeSpan.FromMilliseconds(10), timer.PumpOnce());
    }

    [Fact]
    public void Messages_AllCome_WhenTheBrokerIsReopenedWithALowerLimit()
    {
        _broker.Send("Orders", "first", properties: TenSeconds);
        _broker.Send("Orders", "second", properties: TenSeconds);
        _broker.Options.MaxTimerEntries = 1;
        _broker.Reopen();
        _broker.Deliver(TimeSpan.FromSeconds(11));
        Assert.Equal(["first", "second"], _broker.BodiesOf("Orders"));
    }

    [Fact]
    public void Messages_WaitAndComeInOrder_WhenTheDiskWasFullAtTheirTime()
    {
        foreach (string body in (string[])["first", "second", "third"])
            _broker.Send("Orders", body, properties: TenSeconds);
        double ratio = _broker.Store.DiskFullRatio;
        _broker.Store.DiskFullRatio = 0;
        _broker.Step("omq-clean");
        _broker.Time.Advance(TimeSpan.FromSeconds(11));
        IStoreWorker timer = _broker.Node.Workers.Single(worker => worker.Name == "omq-timer");
        Assert.Equal(TimeSpan.FromSeconds(1), timer.PumpOnce());
        Assert.Equal(3, _broker.Node.Delayed.Count);

        _broker.Store.DiskFullRatio = ratio;
        _broker.Step("omq-clean");
        _broker.Deliver(TimeSpan.FromSeconds(1));
        Assert.Equal(["first", "second", "third"], _broker.BodiesOf("Orders"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void RecalledMessage_DoesNotCome(bool crashes)
    {
        string handle = _broker.Send("Orders", "regretted", properties: Identified).RecallHandle!;
        _broker.Send("Orders", "kept", properties: TenSeconds + "UNIQ_KEY\u0001other\u0002");

        Assert.Equal(ResponseCode.Success, Recall(handle).Code);
        if (crashes)
            _broker.Crash();
        SendResult again = Recall(handle);
        _broker.Deliver(TimeSpan.FromSeconds(11));

        Assert.Equal(["kept"], _broker.BodiesOf("Orders"));
        Assert.Equal(ResponseCode.SystemError, again.Code);
        Assert.Equal(0, _broker.Node.Delayed.Count);
    }

    [Fact]
    public void RecalledMessage_DoesNotCome_WhenItWasParkedAnewMeanwhile()
    {
        long due = _broker.Time.Milliseconds + (long)TimeSpan.FromDays(5).TotalMilliseconds;
        string handle = _broker.Send(
            "Orders", "regretted", properties: $"TIMER_DELIVER_MS\u0001{due}\u0002UNIQ_KEY\u0001A\u0002").RecallHandle!;
        _broker.Deliver(TimeSpan.FromHours(37));
        _broker.Deliver(TimeSpan.FromHours(37));

        Assert.Equal(ResponseCode.Success, Recall(handle).Code);
        _broker.Deliver(TimeSpan.FromDays(5));
        Assert.Empty(_broker.BodiesOf("Orders"));
    }

    [Fact]
    public void Recall_IsRefused_WhenTheMessageWasDelivered()
    {
        string handle = _broker.Send("Orders", "regretted", properties: Identified).RecallHandle!;
        _broker.Deliver(TimeSpan.FromSeconds(11));
        Assert.Equal(ResponseCode.SystemError, Recall(handle).Code);
        Assert.Equal(["regretted"], _broker.BodiesOf("Orders"));
    }

    [Fact]
    public void RecallHandle_IsThere_OnlyForAnIdentifiedMessageThatWaits()
    {
        Assert.Null(_broker.Send("Orders", "later", properties: TenSeconds).RecallHandle);
        Assert.Null(_broker.Send("Orders", "now", properties: "UNIQ_KEY\u0001A\u0002").RecallHandle);
        string text = _broker.Send("Orders", "later", properties: Identified).RecallHandle!;
        Assert.True(RecallHandle.TryParse(text, out RecallHandle? handle));
        Assert.Equal(new RecallHandle("Orders", "broker-a", _broker.Time.Milliseconds + 10_000, "A"), handle);
    }

    [Theory]
    [InlineData("")]
    [InlineData("!!!")]
    [InlineData("djEgdG9waWM=")]
    [InlineData("djIgdCBiIDEgaWQ=")]
    [InlineData("djEgdCBiIHggaWQ=")]
    public void RecallHandle_IsNotRead_WhenItIsSomethingElse(string text) =>
        Assert.False(RecallHandle.TryParse(text, out _));

    [Fact]
    public void Send_IsRefused_WhenTooManyMessagesWait()
    {
        using var broker = new TestBroker(options => options.MaxTimerEntries = 1);
        broker.Send("Orders", "first", properties: TenSeconds);

        Assert.Equal(ResponseCode.SystemBusy, broker.Send("Orders", "second", properties: TenSeconds).Code);
    }

    [Fact]
    public void Send_IsRefused_WhenTheDelayIsTooLong() =>
        Assert.Equal(
            ResponseCode.MessageIllegal,
            _broker.Send("Orders", "never", properties: "TIMER_DELAY_SEC\u00019999999\u0002").Code);

    public void Dispose() => _broker.Dispose();

    private SendResult Recall(string text)
    {
        Assert.True(RecallHandle.TryParse(text, out RecallHandle? handle));
        SendResult result = _broker.Node.Recall(handle);
        _broker.Node.Pump();
        return result;
    }

    /// <summary>Lets everything that has expired go.</summary>
    private static void Clean(TestBroker broker)
    {
        broker.Step("omq-checkpoint");
        for (int step = 0; step < 4; step++)
            broker.Step("omq-clean");
    }
}

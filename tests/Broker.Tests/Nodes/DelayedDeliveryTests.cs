using OrleansMq.Protocol.Codes;

namespace OrleansMq.Broker.Tests.Nodes;

public sealed class DelayedDeliveryTests : IDisposable
{
    private const string TenSeconds = "TIMER_DELAY_MS\u000110000\u0002";

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
}

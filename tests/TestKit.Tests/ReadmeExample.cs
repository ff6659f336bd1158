// What src/TestKit/README.md shows; ReadmeTests compares the two.
using OrleansMq.Client;
using OrleansMq.Client.Producing;
using OrleansMq.Client.Sending;
using OrleansMq.Protocol.Codes;

namespace OrleansMq.TestKit.Tests;

public sealed class ReminderTests
{
    [Fact]
    public async Task Reminder_ComesInTwoHours()
    {
        await using TestBroker broker = await TestBroker.StartAsync();
        await broker.CreateTopicAsync("Reminders");
        await using OrleansMqClient mq = broker.CreateClient();
        await using Producer producer = mq.CreateProducer();

        await producer.SendAsync(new Message
        {
            Topic = "Reminders",
            Body = "call back"u8.ToArray(),
            DeliverAt = broker.Time.GetUtcNow().AddHours(2),
        });
        broker.Time.Advance(TimeSpan.FromHours(2) - TimeSpan.FromSeconds(1));
        Assert.Empty(broker.MessagesOf("Reminders"));

        broker.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("call back", Assert.Single(broker.MessagesOf("Reminders")).Text);
    }

    [Fact]
    public async Task Order_IsStored_WhenTheBrokerWasBusyOnce()
    {
        await using TestBroker broker = await TestBroker.StartAsync();
        await using OrleansMqClient mq = broker.CreateClient();
        await using Producer producer = mq.CreateProducer();

        broker.Faults.RefuseSends(ResponseCode.SystemBusy, times: 1);
        await producer.SendAsync("Orders", "created"u8.ToArray());
        Assert.Single(broker.MessagesOf("Orders"));
    }
}

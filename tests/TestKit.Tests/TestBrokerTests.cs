using OrleansMq.Client;
using OrleansMq.Client.InProcess;
using OrleansMq.Client.Sending;
using OrleansMq.Gateway.Hosting;
using OrleansMq.TestKit.Messages;

namespace OrleansMq.TestKit.Tests;

public sealed class TestBrokerTests
{
    [Fact]
    public async Task Messages_AreSeenAsTheyWereSent()
    {
        await using TestBroker broker = await TestBroker.StartAsync();
        await broker.CreateTopicAsync("Orders", 4);
        await using BrokerClient client = await ConnectAsync(broker);
        byte[] large = new byte[100_000];
        await client.SendAsync(
            new Message
            {
                Topic = "Orders",
                Body = "paid"u8.ToArray(),
                Tag = "eu",
                Keys = "42",
                UniqueKey = "id-1",
                Properties = new Dictionary<string, string> { ["city"] = "Köln" },
            },
            3);
        await client.SendAsync(new Message { Topic = "Orders", Body = large }, 1);

        IReadOnlyList<StoredMessage> messages = broker.MessagesOf("Orders");
        Assert.Equal(2, messages.Count);
        Assert.Equal(
            ("Orders", 3, 0L, "paid", "eu", "42", "id-1", "Köln", broker.Time.GetUtcNow()),
            (messages[0].Topic, messages[0].QueueId, messages[0].QueueOffset, messages[0].Text, messages[0].Tag,
                messages[0].Keys, messages[0].MessageId, messages[0].Properties["city"],
                DateTimeOffset.FromUnixTimeMilliseconds(messages[0].StoreTime.ToUnixTimeMilliseconds())));
        Assert.Equal(large, messages[1].Body.ToArray());
        Assert.Empty(broker.MessagesOf("Nothing"));
        Assert.Null(broker.EndPoint);
    }

    [Fact]
    public async Task Lag_IsWhatAGroupHasNotAcknowledged()
    {
        await using TestBroker broker = await TestBroker.StartAsync();
        await broker.CreateTopicAsync("Orders", 2);
        await using BrokerClient client = await ConnectAsync(broker);
        for (int number = 0; number < 10; number++)
            await client.SendAsync(new Message { Topic = "Orders", Body = "x"u8.ToArray() }, number % 2);
        InvalidOperationException unknown = Assert.Throws<InvalidOperationException>(() => broker.LagOf("workers"));
        Assert.Contains("'workers'", unknown.Message, StringComparison.Ordinal);

        await client.CommitOffsetAsync("workers", "Orders", 0, 3);
        Assert.Equal((7, 7, 0), (broker.LagOf("workers"), broker.LagOf("workers", "Orders"), broker.LagOf("workers", "x")));
        await client.CommitOffsetAsync("workers", "Orders", 0, 5);
        Task waiting = broker.WaitUntilConsumedAsync("workers");
        Assert.False(waiting.IsCompleted);
        await client.CommitOffsetAsync("workers", "Orders", 1, 5);
        await waiting;
    }

    [Fact]
    public async Task Wait_SaysWhatThereIs_WhenItFails()
    {
        await using TestBroker broker = await TestBroker.StartAsync();
        await broker.CreateTopicAsync("Orders");
        await using BrokerClient client = await ConnectAsync(broker);
        await client.SendAsync(new Message { Topic = "Orders", Body = "x"u8.ToArray() });
        await client.SendAsync(new Message { Topic = "Orders", Body = "y"u8.ToArray(), DelayLevel = 3 });
        await client.CommitOffsetAsync("workers", "Orders", 0, 0);
        TimeoutException failure = await Assert.ThrowsAsync<TimeoutException>(
            () => broker.WaitUntilMessagesAsync("Orders", 2, TimeSpan.FromMilliseconds(20)));
        foreach (string part in (string[])
            ["'Orders' has 2 messages", "queue 0: 0 to 1", "group workers of Orders: 1 behind", "1 messages wait"])
            Assert.Contains(part, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Port_LetsRocketMqClientsIn()
    {
        await using TestBroker broker = await TestBroker.StartAsync(new TestBrokerOptions { Port = 0 });
        await using BrokerClient client = await BrokerClient.ConnectAsync(broker.EndPoint!);
        await client.SendAsync(new Message { Topic = "Orders", Body = "x"u8.ToArray() });
        Assert.Single(broker.MessagesOf("Orders"));
    }

    [Fact]
    public async Task Brokers_AreApart_AndLeaveNothingBehind()
    {
        TestBroker one = await TestBroker.StartAsync(new TestBrokerOptions { BrokerName = "one" });
        await using TestBroker two = await TestBroker.StartAsync(
            new TestBrokerOptions { BrokerName = "two", StartTime = DateTimeOffset.UnixEpoch.AddYears(60) });
        await one.CreateTopicAsync("Orders");
        one.Time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(2030, two.Time.GetUtcNow().Year);
        Assert.Null(two.Host.Node.Topics.Find("Orders"));

        string directory = one.Host.Node.Store.Options.Directory;
        Assert.True(Directory.Exists(directory));
        await one.DisposeAsync();
        await one.DisposeAsync();
        Assert.False(Directory.Exists(directory));
    }

    [Fact]
    public async Task Options_AreChecked_AndNothingIsLeftBehind()
    {
        string? directory = null;
        await Assert.ThrowsAsync<SettingsException>(() => TestBroker.StartAsync(new TestBrokerOptions
        {
            Configure = settings =>
            {
                settings.Store.MaxMessageBytes = -1;
                directory = settings.Store.Directory;
            },
        }));
        Assert.False(Directory.Exists(directory));
    }

    private static Task<BrokerClient> ConnectAsync(TestBroker broker) =>
        BrokerClient.ConnectAsync(broker.Transport, InProcessTransport.ThisProcess);
}

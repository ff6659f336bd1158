using OrleansMq.Client;
using OrleansMq.Client.InProcess;
using OrleansMq.Client.Popping;
using OrleansMq.Client.Receiving;
using OrleansMq.Client.Sending;
using OrleansMq.Protocol.Bodies;
using OrleansMq.TransactionProducers;

namespace OrleansMq.TestKit.Tests;

/// <summary>What is due happens as the clock is moved, and is done when the move returns.</summary>
public sealed class TimeOfTheBrokerTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private TestBroker _broker = null!;
    private BrokerClient _client = null!;

    public async Task InitializeAsync()
    {
        _broker = await TestBroker.StartAsync(new TestBrokerOptions { LongestHold = TimeSpan.FromMinutes(5) });
        await _broker.CreateTopicAsync("Orders");
        _client = await ConnectAsync();
    }

    public async Task DisposeAsync()
    {
        await _client.DisposeAsync();
        await _broker.DisposeAsync();
    }

    [Fact]
    public async Task DelayedMessages_AreThere_WhenTheirTimeHasCome_AndNotBefore()
    {
        DateTimeOffset now = _broker.Time.GetUtcNow();
        for (int hour = 48; hour > 0; hour--)
        {
            await _client.SendAsync(new Message
            {
                Topic = "Orders", Body = new[] { (byte)hour }, DeliverAt = now.AddHours(hour),
            });
        }

        Assert.Equal((48, 0), (_broker.DelayedCount, _broker.MessagesOf("Orders").Count));
        for (int hour = 1; hour <= 24; hour++)
        {
            _broker.Time.SetUtcNow(now.AddHours(hour).AddMilliseconds(-1));
            Assert.Equal(hour - 1, _broker.MessagesOf("Orders").Count);
            _broker.Time.SetUtcNow(now.AddHours(hour));
            Assert.Equal(hour, _broker.MessagesOf("Orders")[^1].Body.Span[0]);
        }

        _broker.Time.Advance(TimeSpan.FromHours(24));
        Assert.Equal(Enumerable.Range(1, 48), _broker.MessagesOf("Orders").Select(message => (int)message.Body.Span[0]));
        Assert.All(
            _broker.MessagesOf("Orders"), message => Assert.Equal(now.AddHours(message.Body.Span[0]), message.StoreTime));
        Assert.Equal(0, _broker.DelayedCount);
    }

    [Fact]
    public async Task FailedMessage_IsTriedAgain_AndBecomesADeadLetter()
    {
        await _client.HeartbeatAsync([ConsumerOf("workers")]);
        await _client.SendAsync(new Message { Topic = "Orders", Body = "x"u8.ToArray() });
        ReceivedMessage message = await PullAsync("Orders", 0);
        await _client.SendBackAsync("workers", message, delayLevel: 3, maxTries: 1);
        _broker.Time.Advance(TimeSpan.FromSeconds(9.9));
        Assert.Empty(_broker.MessagesOf("%RETRY%workers"));
        _broker.Time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal(1, Assert.Single(_broker.MessagesOf("%RETRY%workers")).ReconsumeTimes);

        await _client.SendBackAsync("workers", await PullAsync("%RETRY%workers", 0), maxTries: 1);
        Assert.Equal("x", Assert.Single(_broker.DeadLettersOf("workers")).Text);
    }

    [Fact]
    public async Task PoppedMessage_ComesAgain_WhenItsInvisibleTimeIsOver()
    {
        await _client.SendAsync(new Message { Topic = "Orders", Body = "x"u8.ToArray() });
        Assert.Single(await PopAsync());
        _broker.Time.Advance(TimeSpan.FromSeconds(29));
        Assert.Empty(await PopAsync());
        _broker.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(1, Assert.Single(await PopAsync()).Message.ReconsumeTimes);
    }

    [Fact]
    public async Task WaitingPop_IsServed_WhenAnInvisibleTimeIsOver()
    {
        await _client.SendAsync(new Message { Topic = "Orders", Body = "x"u8.ToArray() });
        Assert.Single(await PopAsync());
        Task<IReadOnlyList<PoppedMessage>> popping = PopAsync(TimeSpan.FromSeconds(60));
        await _broker.WaitUntilAsync(() => _broker.Host.Node.Popper.HeldCount == 1, "the pop waits");
        _broker.Time.Advance(TimeSpan.FromSeconds(31));
        Assert.Single(await popping.WaitAsync(Limit));
    }

    [Fact]
    public async Task HeldPull_IsServed_WhenADelayedMessageIsDue()
    {
        await _client.SendAsync(new Message
        {
            Topic = "Orders", Body = "x"u8.ToArray(), DeliverAt = _broker.Time.GetUtcNow().AddSeconds(10),
        });
        Task<PullOutcome> pulling = _client.PullAsync(
            new PullRequest("workers", "Orders", 0, 0) { Wait = TimeSpan.FromSeconds(15) }).AsTask();
        await _broker.WaitUntilAsync(() => _broker.Host.Node.Puller.HeldCount == 1, "the pull waits");
        _broker.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Single((await pulling.WaitAsync(Limit)).Messages);
    }

    [Fact]
    public async Task HeldPull_IsAnsweredInRealTime_ThoughTheClockStands()
    {
        await using TestBroker broker = await TestBroker.StartAsync(
            new TestBrokerOptions { LongestHold = TimeSpan.FromMilliseconds(50) });
        await broker.CreateTopicAsync("Orders");
        await using BrokerClient client = await BrokerClient.ConnectAsync(
            broker.Transport, InProcessTransport.ThisProcess);
        PullOutcome outcome = await client.PullAsync(
            new PullRequest("workers", "Orders", 0, 0) { Wait = TimeSpan.FromSeconds(30) }).AsTask().WaitAsync(Limit);
        Assert.Equal(PullStatus.NoNewMessage, outcome.Status);
    }

    [Fact]
    public async Task Messages_Go_WhenTheirTopicsRetentionIsOver()
    {
        await _broker.CreateTopicAsync("Short", 2, "+retention.hours=1");
        await _client.SendAsync(new Message { Topic = "Short", Body = "old"u8.ToArray() });
        _broker.Time.Advance(TimeSpan.FromMinutes(40));
        await _client.SendAsync(new Message { Topic = "Short", Body = "new"u8.ToArray() });
        Assert.Equal(2, _broker.MessagesOf("Short").Count);
        _broker.Time.Advance(TimeSpan.FromMinutes(21));
        Assert.Equal("new", Assert.Single(_broker.MessagesOf("Short")).Text);
    }

    [Fact]
    public async Task Producer_IsAskedAboutItsTransaction_WhenTheCheckIsDue()
    {
        await using TransactionProducer producer = await TransactionProducer.ConnectAsync(
            _broker.Transport, InProcessTransport.ThisProcess, "payers", "p1", _ => TransactionProducer.Commit);
        await producer.SendHalfAsync("Orders", 0, "paid", "paid"u8.ToArray(), immunitySeconds: 6);
        _broker.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Empty(producer.Asked);
        _broker.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("paid", Assert.Single(await _broker.WaitUntilMessagesAsync("Orders", 1)).Text);
        Assert.Single(producer.Asked);
    }

    [Fact]
    public async Task Clients_Stay_HoweverFarTheClockIsMoved()
    {
        await _client.HeartbeatAsync([ConsumerOf("workers")]);
        _broker.Time.Advance(TimeSpan.FromDays(400));
        Assert.Single(await _client.GetMembersAsync("workers"));
    }

    private static ConsumerData ConsumerOf(string group) => new()
    {
        GroupName = group,
        SubscriptionDataSet = [new SubscriptionData { Topic = "Orders", SubString = "*" }],
    };

    private Task<BrokerClient> ConnectAsync() =>
        BrokerClient.ConnectAsync(_broker.Transport, InProcessTransport.ThisProcess);

    private async Task<ReceivedMessage> PullAsync(string topic, long offset) =>
        (await _client.PullAsync(new PullRequest("workers", topic, 0, offset))).Messages.Single();

    private Task<IReadOnlyList<PoppedMessage>> PopAsync(TimeSpan wait = default) => _client.PopAsync(
        "test-broker",
        new PopRequest("workers", "Orders") { Invisible = TimeSpan.FromSeconds(30), Wait = wait });
}

using System.Diagnostics;
using System.Globalization;
using System.Text;
using OrleansMq.Client;
using OrleansMq.Client.Popping;
using OrleansMq.Client.Producing;
using OrleansMq.Client.Receiving;
using OrleansMq.Client.Routing;
using OrleansMq.Client.Sending;
using OrleansMq.Protocol.Codes;

namespace OrleansMq.Sdk.Tests.Popping;

public sealed class SimpleConsumerTests : IAsyncLifetime
{
    private const string Topic = "Orders";
    private static readonly SimpleConsumerOptions Options = new("billing", Topic) { Wait = TimeSpan.FromSeconds(20) };
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(50);

    private readonly SdkBroker _broker = SdkBroker.Start(
        settings => settings.Broker.Pops.MinInvisibleTime = TimeSpan.FromMilliseconds(1));
    private readonly OrleansMqClient _client;
    private readonly Producer _producer;

    public SimpleConsumerTests()
    {
        _client = _broker.Connect();
        _producer = _client.CreateProducer();
    }

    public async Task InitializeAsync()
    {
        await using BrokerClient broker = await BrokerClient.ConnectAsync(_broker.Host.EndPoint!);
        await broker.CreateTopicAsync(Topic, 4);
    }

    public async Task DisposeAsync()
    {
        await _producer.DisposeAsync();
        await _client.DisposeAsync();
        await _broker.DisposeAsync();
    }

    [Fact]
    public async Task Receive_GivesEachMessageOnce_WhenAllAreAcknowledged()
    {
        await SendAsync(0, 200);
        await using SimpleConsumer consumer = _client.CreateSimpleConsumer(Options);

        List<int> received = [];
        while (await consumer.ReceiveAsync(100, wait: TimeSpan.Zero) is { Count: > 0 } messages)
        {
            received.AddRange(messages.Select(NumberOf));
            await consumer.AckAsync(messages);
        }

        Assert.Equal(Enumerable.Range(0, 200), received.Order());
    }

    [Fact]
    public async Task Receive_Waits_UntilAMessageComes()
    {
        await using SimpleConsumer consumer = _client.CreateSimpleConsumer(Options);
        Task<IReadOnlyList<PoppedMessage>> receiving = consumer.ReceiveAsync();
        await UntilAsync(() => _client.Connections.Open.Any(broker => broker.Connection.PendingCount > 0));
        Assert.False(receiving.IsCompleted);

        await SendAsync(7, 1);

        Assert.Equal(7, NumberOf(Assert.Single(await receiving)));
    }

    [Fact]
    public async Task Receive_GivesNothing_WhenItsTimeIsOver()
    {
        await using SimpleConsumer consumer = _client.CreateSimpleConsumer(Options);

        Assert.Empty(await consumer.ReceiveAsync(wait: Soon));
    }

    [Fact]
    public async Task Receive_TakesNothing_WhenItsWaitIsCancelled()
    {
        await using SimpleConsumer consumer = _client.CreateSimpleConsumer(Options);
        using var stop = new CancellationTokenSource();
        Task receiving = consumer.ReceiveAsync(cancellation: stop.Token);
        await UntilAsync(() => _client.Connections.Open.Any(broker => broker.Connection.PendingCount > 0));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => receiving);

        await SendAsync(0, 3);

        PoppedMessage[] messages = await ReceiveAsync(consumer, 3);
        Assert.All(messages, message => Assert.Equal(0, message.Message.ReconsumeTimes));
    }

    [Fact]
    public async Task Receive_SharesMessages_WhenThereAreMoreConsumersThanQueues()
    {
        await SendAsync(0, 300);
        await using SimpleConsumer consumer = _client.CreateSimpleConsumer(Options);

        async Task<List<int>> ConsumeAsync()
        {
            List<int> mine = [];
            while (await consumer.ReceiveAsync(3, wait: TimeSpan.Zero) is { Count: > 0 } messages)
            {
                mine.AddRange(messages.Select(NumberOf));
                await consumer.AckAsync(messages);
            }

            return mine;
        }

        List<int>[] parts = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => ConsumeAsync()));
        Assert.Equal(Enumerable.Range(0, 300), parts.SelectMany(part => part).Order());
    }

    [Fact]
    public async Task Message_ComesAgainWithItsTries_WhenItIsNotAcknowledgedInTime()
    {
        await SendAsync(1, 1);
        await using SimpleConsumer consumer = _client.CreateSimpleConsumer(Options);
        Assert.Single(await consumer.ReceiveAsync(invisible: Soon));

        PoppedMessage again = Assert.Single(await consumer.ReceiveAsync());

        Assert.Equal((1, 1), (NumberOf(again), again.Message.ReconsumeTimes));
    }

    [Fact]
    public async Task Extend_KeepsAMessage_AndItsNewNameAcknowledgesIt()
    {
        await SendAsync(1, 1);
        await using SimpleConsumer consumer = _client.CreateSimpleConsumer(Options);
        PoppedMessage message = Assert.Single(await consumer.ReceiveAsync(invisible: TimeSpan.FromSeconds(2)));

        PoppedMessage kept = await consumer.ExtendAsync(message, TimeSpan.FromHours(1));
        await consumer.AckAsync(kept);

        Assert.InRange(kept.VisibleAt - message.VisibleAt, TimeSpan.FromMinutes(59), TimeSpan.FromMinutes(61));
        Assert.Empty(await consumer.ReceiveAsync(wait: TimeSpan.FromSeconds(2.5)));
    }

    [Fact]
    public async Task NegativeAck_GivesAMessageBack_LongBeforeItsTimeIsOver()
    {
        await SendAsync(1, 1);
        await using SimpleConsumer consumer = _client.CreateSimpleConsumer(Options);
        PoppedMessage message = Assert.Single(await consumer.ReceiveAsync(invisible: TimeSpan.FromHours(1)));

        await consumer.NegativeAckAsync(message, Soon);

        Assert.Equal(1, Assert.Single(await consumer.ReceiveAsync()).Message.ReconsumeTimes);
    }

    [Fact]
    public async Task Extend_IsRefused_WhenTheMessageWasHandedOutAgain()
    {
        await SendAsync(1, 1);
        await using SimpleConsumer consumer = _client.CreateSimpleConsumer(Options);
        PoppedMessage late = Assert.Single(await consumer.ReceiveAsync(invisible: Soon));
        Assert.Single(await consumer.ReceiveAsync());

        await Assert.ThrowsAsync<RemotingException>(() => consumer.ExtendAsync(late, TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public async Task Handles_Count_WhenTheBrokerWasRestarted()
    {
        await SendAsync(0, 20);
        await using SimpleConsumer consumer = _client.CreateSimpleConsumer(Options);
        PoppedMessage[] messages = await ReceiveAsync(consumer, 20);

        await _broker.StopAsync();
        Task acks = consumer.AckAsync(messages[..10]);
        _broker.Resume();
        await acks;
        await consumer.AckAsync(messages[10]);
        await consumer.ExtendAsync(messages[11], Soon);

        PoppedMessage again = Assert.Single(await consumer.ReceiveAsync(20));
        Assert.Equal(NumberOf(messages[11]), NumberOf(again));
    }

    [Fact]
    public async Task Receive_GoesOn_WhenTheBrokerIsRestartedWhileItWaits()
    {
        await using SimpleConsumer consumer = _client.CreateSimpleConsumer(Options);
        Task<IReadOnlyList<PoppedMessage>> receiving = consumer.ReceiveAsync();
        await UntilAsync(() => _client.Connections.Open.Any(broker => broker.Connection.PendingCount > 0));

        await _broker.RestartAsync();
        await SendAsync(5, 1);

        Assert.Equal(5, NumberOf(Assert.Single(await receiving)));
    }

    [Fact]
    public async Task Receive_KeepsTheOrderOfEachKey_WhenTheConsumerIsOrdered()
    {
        for (int number = 0; number < 30; number++)
        {
            await _producer.SendAsync(new Message
            {
                Topic = Topic, OrderingKey = $"key {number % 3}", Body = Encoding.UTF8.GetBytes($"{number}"),
            });
        }

        await using SimpleConsumer consumer = _client.CreateSimpleConsumer(Options with { IsOrdered = true });
        List<int> received = [];
        while (received.Count < 30)
        {
            IReadOnlyList<PoppedMessage> messages = await consumer.ReceiveAsync(4);
            Assert.NotEmpty(messages);
            received.AddRange(messages.Select(NumberOf));
            await consumer.AckAsync(messages);
        }

        for (int key = 0; key < 3; key++)
            Assert.Equal(Enumerable.Range(0, 10).Select(n => (n * 3) + key), received.Where(n => n % 3 == key));
    }

    [Fact]
    public async Task Receive_WaitsForTheFirstOfAKey_WithoutAskingOverAndOver()
    {
        foreach (string body in (string[])["1", "2"])
            await _producer.SendAsync(new Message { Topic = Topic, OrderingKey = "key", Body = Encoding.UTF8.GetBytes(body) });
        await using SimpleConsumer consumer = _client.CreateSimpleConsumer(Options with { IsOrdered = true });
        PoppedMessage first = Assert.Single(await consumer.ReceiveAsync());
        Task<IReadOnlyList<PoppedMessage>> second = consumer.ReceiveAsync();
        await UntilAsync(() => _client.Connections.Open.Any(broker => broker.Connection.PendingCount > 0));
        Assert.False(second.IsCompleted);

        await consumer.AckAsync(first);

        Assert.Equal(2, NumberOf(Assert.Single(await second)));
    }

    [Fact]
    public async Task Receive_GivesWhatTheFilterWants()
    {
        for (int number = 0; number < 20; number++)
        {
            await _producer.SendAsync(new Message
            {
                Topic = Topic,
                Body = Encoding.UTF8.GetBytes($"{number}"),
                Properties = new Dictionary<string, string> { ["n"] = $"{number}" },
            });
        }

        await using SimpleConsumer consumer = _client.CreateSimpleConsumer(
            Options with { Filter = MessageFilter.Sql("n BETWEEN 5 AND 8") });

        Assert.Equal([5, 6, 7, 8], (await ReceiveAsync(consumer, 4)).Select(NumberOf).Order());
        Assert.Empty(await consumer.ReceiveAsync(wait: Soon));
    }

    [Fact]
    public async Task Receive_SaysWhy_WhenItCannot()
    {
        await using SimpleConsumer badFilter = _client.CreateSimpleConsumer(
            Options with { Filter = MessageFilter.Sql("n >") });
        await using SimpleConsumer noTopic = _client.CreateSimpleConsumer(Options with { Topic = "Nothing" });
        await using var nowhere = new OrleansMqClient("127.0.0.1:1");
        await using SimpleConsumer noBroker = nowhere.CreateSimpleConsumer(Options);

        RemotingException refusal = await Assert.ThrowsAsync<RemotingException>(() => badFilter.ReceiveAsync());
        Assert.Equal(ResponseCode.SubscriptionParseFailed, refusal.Code);
        await Assert.ThrowsAsync<TopicNotFoundException>(() => noTopic.ReceiveAsync());
        await Assert.ThrowsAsync<ConnectionLostException>(() => noBroker.ReceiveAsync(wait: Soon));
    }

    [Fact]
    public async Task Receive_SaysSo_WhenTheConsumerIsDisposedMeanwhile()
    {
        SimpleConsumer consumer = _client.CreateSimpleConsumer(Options);
        Task receiving = consumer.ReceiveAsync();
        await UntilAsync(() => _client.Connections.Open.Any(broker => broker.Connection.PendingCount > 0));

        await consumer.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => receiving);
    }

    [Fact]
    public void Create_NamesAllThatIsWrong_WhenOptionsCannotWork()
    {
        ArgumentException refusal = Assert.Throws<ArgumentException>(() => _client.CreateSimpleConsumer(
            new SimpleConsumerOptions("", Topic) { Invisible = TimeSpan.Zero }));

        Assert.Contains("Group is empty", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Invisible is 00:00:00", refusal.Message, StringComparison.Ordinal);
    }

    private static int NumberOf(PoppedMessage message) =>
        int.Parse(Encoding.UTF8.GetString(message.Message.Body.Span), CultureInfo.InvariantCulture);

    private static async Task<PoppedMessage[]> ReceiveAsync(SimpleConsumer consumer, int count)
    {
        List<PoppedMessage> received = [];
        while (received.Count < count)
        {
            IReadOnlyList<PoppedMessage> messages = await consumer.ReceiveAsync(count - received.Count);
            Assert.NotEmpty(messages);
            received.AddRange(messages);
        }

        return [.. received];
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(30), "It did not come true in time.");
            await Task.Delay(1);
        }
    }

    private Task<IReadOnlyList<SendReceipt>> SendAsync(int first, int count) => _producer.SendAsync(
        Enumerable.Range(first, count).Select(number => new Message
        {
            Topic = Topic, Body = Encoding.UTF8.GetBytes($"{number}"),
        }));
}

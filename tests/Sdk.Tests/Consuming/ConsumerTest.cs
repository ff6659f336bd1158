using System.Diagnostics;
using OrleansMq.Client;
using OrleansMq.Client.Consuming;
using OrleansMq.Client.Producing;
using OrleansMq.Client.Receiving;
using OrleansMq.Client.Sending;

namespace OrleansMq.Sdk.Tests.Consuming;

/// <summary>A broker, a producer, and consumers whose intervals are short.</summary>
public abstract class ConsumerTest : IAsyncLifetime
{
    protected const string Topic = "Orders";
    protected const string Group = "billing";

    private readonly List<IAsyncDisposable> _made = [];

    protected ConsumerTest()
    {
        Broker = SdkBroker.Start();
        Client = Connect();
        Producer = Client.CreateProducer();
    }

    protected SdkBroker Broker { get; }

    protected OrleansMqClient Client { get; }

    protected Producer Producer { get; }

    protected static ConsumerOptions Options { get; } = new()
    {
        Group = Group,
        Subscriptions = new Dictionary<string, MessageFilter> { [Topic] = MessageFilter.All },
        PollTime = TimeSpan.FromSeconds(2),
        CommitInterval = TimeSpan.FromMilliseconds(50),
        RebalanceInterval = TimeSpan.FromSeconds(1),
        LockInterval = TimeSpan.FromMilliseconds(500),
        LockLifetime = TimeSpan.FromSeconds(5),
        LocalRetryDelay = TimeSpan.FromMilliseconds(50),
        RetryDelay = TimeSpan.FromMilliseconds(20),
        MaxRetryDelay = TimeSpan.FromMilliseconds(200),
        HandOverTimeout = TimeSpan.FromSeconds(5),
        ShutdownTimeout = TimeSpan.FromSeconds(10),
    };

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        for (int index = _made.Count - 1; index >= 0; index--)
            await _made[index].DisposeAsync();
        await Producer.DisposeAsync();
        await Client.DisposeAsync();
        await Broker.DisposeAsync();
    }

    /// <summary>A client that goes with the test; members of a group need one each.</summary>
    protected OrleansMqClient Connect()
    {
        OrleansMqClient client = Broker.Connect(options => options with
        {
            ReconnectDelay = TimeSpan.FromMilliseconds(20),
            MaxReconnectDelay = TimeSpan.FromMilliseconds(100),
            HeartbeatInterval = TimeSpan.FromSeconds(1),
            RouteRefreshInterval = TimeSpan.FromSeconds(1),
        });
        if (Client is not null)
            _made.Add(client);
        return client;
    }

    /// <summary>Starts a consumer with a client of its own.</summary>
    protected async Task<PushConsumer> ConsumeAsync(MessageHandler handler, ConsumerOptions? options = null)
    {
        PushConsumer consumer = Connect().CreateConsumer(options ?? Options, handler);
        _made.Add(consumer);
        await consumer.StartAsync();
        return consumer;
    }

    protected async Task CreateTopicAsync(int queues, string topic = Topic)
    {
        await using BrokerClient broker = await BrokerAsync();
        await broker.CreateTopicAsync(topic, queues);
    }

    protected Task<BrokerClient> BrokerAsync() => BrokerClient.ConnectAsync(Broker.Host.EndPoint!);

    /// <summary>Sends messages with numbers for bodies.</summary>
    protected async Task<string[]> SendAsync(
        int count, int first = 0, string topic = Topic, Func<int, byte[], Message>? make = null)
    {
        string[] bodies = [.. Enumerable.Range(first, count).Select(number => $"{number}")];
        await Producer.SendAsync(bodies.Select((body, index) =>
        {
            byte[] bytes = System.Text.Encoding.UTF8.GetBytes(body);
            return make?.Invoke(first + index, bytes) ?? new Message { Topic = topic, Body = bytes };
        }));
        return bodies;
    }

    /// <summary>The same in order, of a topic with one queue.</summary>
    protected Task<string[]> SendInOrderAsync(int count, int first = 0) => SendAsync(
        count, first, make: (_, body) => new Message { Topic = Topic, Body = body, OrderingKey = "one" });

    /// <summary>The same to all queues of a topic.</summary>
    protected Task<string[]> SendToAllQueuesAsync(int count, int first = 0) => SendAsync(
        count, first, make: (number, body) => new Message { Topic = Topic, Body = body, OrderingKey = $"{number}" });

    /// <summary>The sum of what the group has committed of the queues of a topic; null offsets count as 0.</summary>
    protected async Task<long> CommittedAsync(int queues, string topic = Topic)
    {
        await using BrokerClient broker = await BrokerAsync();
        long sum = 0;
        for (int queueId = 0; queueId < queues; queueId++)
            sum += await broker.QueryOffsetAsync(Group, topic, queueId) ?? 0;
        return sum;
    }

    /// <summary>The first dead letter of the group, waited for.</summary>
    protected async Task<ReceivedMessage> DeadLetterAsync()
    {
        await using BrokerClient broker = await BrokerAsync();
        ReceivedMessage? letter = null;
        await UntilAsync("there is a dead letter", async () =>
        {
            if (await broker.GetRouteAsync($"%DLQ%{Group}") is null)
                return false;
            PullOutcome outcome = await broker.PullAsync(new PullRequest("reader", $"%DLQ%{Group}", 0, 0));
            letter = outcome.Messages.SingleOrDefault();
            return letter is not null;
        });
        return letter!;
    }

    /// <summary>Waits for what cannot be signalled; says what was missing.</summary>
    protected static async Task UntilAsync(string what, Func<Task<bool>> isSo)
    {
        var watch = Stopwatch.StartNew();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!await isSo())
        {
            if (watch.Elapsed > TimeSpan.FromSeconds(30))
                Assert.Fail($"Waited 30 s in vain for this: {what}.");
            await timer.WaitForNextTickAsync();
        }
    }

    protected static Task UntilAsync(string what, Func<bool> isSo) =>
        UntilAsync(what, () => Task.FromResult(isSo()));
}

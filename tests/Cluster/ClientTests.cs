using System.Globalization;
using System.Text;
using OrleansMq.Client;
using OrleansMq.Client.Administration;
using OrleansMq.Client.Popping;
using OrleansMq.Client.Producing;
using OrleansMq.Client.Reading;
using OrleansMq.Client.Receiving;
using OrleansMq.Client.Replies;
using OrleansMq.Client.Sending;
using OrleansMq.Client.Transports;
using OrleansMq.Cluster.Tests.TestCluster;
using OrleansMq.Protocol.Bodies;

namespace OrleansMq.Cluster.Tests;

/// <summary>The .NET client with a cluster of which it knows one broker.</summary>
public sealed class ClientTests : IAsyncLifetime
{
    private const string Topic = "Orders";

    private readonly CancellationToken _limit = new CancellationTokenSource(TimeSpan.FromSeconds(90)).Token;
    private BrokerCluster _cluster = null!;
    private OrleansMqClient _client = null!;
    private Producer _producer = null!;

    public async Task InitializeAsync()
    {
        _cluster = await BrokerCluster.StartAsync(
            2, settings => settings.Broker.Pops.MinInvisibleTime = TimeSpan.FromMilliseconds(1));
        _client = ClientAt("broker-0");
        _producer = _client.CreateProducer();
        await _client.Admin.Topics.PutAsync(new TopicSettings(Topic) { WriteQueues = 2 }, _limit);
        await BrokerCluster.UntilAsync(
            async () => (await _client.Admin.Topics.DescribeAsync(Topic, _limit)).Queues.Count == 4);
    }

    public async Task DisposeAsync()
    {
        await _producer.DisposeAsync();
        await _client.DisposeAsync();
        await _cluster.DisposeAsync();
    }

    [Fact]
    public async Task Reader_ReadsTheQueuesOfAllBrokers_EachInItsOrder()
    {
        await SendAsync(0, 200);

        List<ReceivedMessage> read = [];
        await foreach (ReceivedMessage message in _client.ReadAsync(
            Topic, new ReadOptions { StopsAtEnd = true }, _limit))
            read.Add(message);

        Assert.Equal(Enumerable.Range(0, 200), read.Select(NumberOf).Order());
        Assert.Equal(["broker-0", "broker-1"], read.Select(message => message.BrokerName).Distinct().Order());
        foreach (var queue in read.GroupBy(message => (message.BrokerName, message.QueueId)))
            Assert.Equal(Enumerable.Range(0, queue.Count()).Select(n => (long)n), queue.Select(m => m.QueueOffset));
    }

    [Fact]
    public async Task Reader_GoesOn_WhenABrokerDiesAndComesBackElsewhere()
    {
        await SendAsync(0, 100);
        await using TopicReader reader = await _client.OpenReaderAsync(Topic, cancellation: _limit);
        List<ReceivedMessage> read = await TakeAsync(reader, 100);

        await _cluster.KillAsync("broker-1");
        await _producer.SendAsync(Enumerable.Range(100, 50).Select(number => MessageOf(number, key: null)), _limit);
        read.AddRange(await TakeAsync(reader, 50));
        await _cluster.StartAgainAsync("broker-1");
        await SendToAsync("broker-1");

        Assert.Equal("broker-1", (await TakeAsync(reader, 1))[0].BrokerName);
        Assert.Equal(Enumerable.Range(0, 150), read.Select(NumberOf).Order());
    }

    [Fact]
    public async Task SimpleConsumer_GetsAndAcknowledgesTheMessagesOfAllBrokers()
    {
        await SendAsync(0, 100);
        await using SimpleConsumer consumer =
            _client.CreateSimpleConsumer(new SimpleConsumerOptions("billing", Topic));

        List<PoppedMessage> received = [];
        while (received.Count < 100)
            received.AddRange(await consumer.ReceiveAsync(32, cancellation: _limit));
        await consumer.AckAsync(received, _limit);

        Assert.Equal(Enumerable.Range(0, 100), received.Select(message => NumberOf(message.Message)).Order());
        Assert.Equal(2, received.Select(message => message.Message.BrokerName).Distinct().Count());
        GroupLag lag = await _client.Admin.Groups.GetLagAsync("billing", cancellation: _limit);
        Assert.Equal((0, 4), (lag.Messages, lag.Queues.Count));
    }

    [Theory]
    [InlineData("broker-0")]
    [InlineData("broker-1")]
    public async Task SimpleConsumer_IsWoken_WhicheverBrokerGetsTheMessage(string broker)
    {
        await using SimpleConsumer consumer =
            _client.CreateSimpleConsumer(new SimpleConsumerOptions("billing", Topic));
        Task<IReadOnlyList<PoppedMessage>> receiving = consumer.ReceiveAsync(cancellation: _limit);
        await BrokerCluster.UntilAsync(() =>
            BrokerCluster.LocalOf(_cluster.SiloOf(broker)).Host.Node.Popper.CountHeld("billing", Topic, -1) > 0);

        await SendToAsync(broker);

        Assert.Equal(broker, Assert.Single(await receiving).Message.BrokerName);
    }

    [Fact]
    public async Task Admin_SpeaksForAllBrokers()
    {
        await SendAsync(0, 100);
        await _client.Admin.Groups.PutAsync(new GroupSettings("billing"), _limit);
        IReadOnlyDictionary<MessageQueueKey, long> skipped =
            await _client.Admin.Offsets.SkipAsync("billing", Topic, _limit);
        TopicDescription topic = await _client.Admin.Topics.DescribeAsync(Topic, _limit);
        List<BrokerStatus> brokers = await _client.Admin.Brokers.GetStatusAsync(_limit).ToListAsync(_limit);

        Assert.Equal((4, 100), (skipped.Count, skipped.Values.Sum()));
        Assert.Equal(100, topic.Messages);
        Assert.Equal(["broker-0", "broker-1"], brokers.Where(broker => broker.IsActive).Select(broker => broker.Name));
        Assert.Equal(100, brokers.Sum(broker => broker.MessagesStored));
    }

    [Fact]
    public async Task Request_IsReplied_ThroughAnotherBroker()
    {
        await using OrleansMqClient replying = ClientAt("broker-1");
        await using SimpleConsumer consumer =
            replying.CreateSimpleConsumer(new SimpleConsumerOptions("answerers", Topic));
        Task<Reply> request = _producer.RequestAsync(
            new Message { Topic = Topic, Body = "how much?"u8.ToArray() }, TimeSpan.FromSeconds(60), _limit);

        PoppedMessage taken = Assert.Single(await consumer.ReceiveAsync(cancellation: _limit));
        await using BrokerClient other = await _cluster.ConnectAsync(
            taken.Message.BrokerName == "broker-0" ? "broker-1" : "broker-0");
        await other.ReplyAsync(taken.Message, "42"u8.ToArray(), _limit);

        Assert.Equal("42"u8.ToArray(), (await request).Body.ToArray());
    }

    private static int NumberOf(ReceivedMessage message) =>
        int.Parse(Encoding.UTF8.GetString(message.Body.Span), CultureInfo.InvariantCulture);

    private OrleansMqClient ClientAt(string broker) => new(new ClientOptions
    {
        Transport = new SocketTransport($"{BrokerCluster.LocalOf(_cluster.SiloOf(broker)).Host.EndPoint}"),
        MaxReconnectDelay = TimeSpan.FromMilliseconds(200),
    });

    private Task<IReadOnlyList<SendReceipt>> SendAsync(int first, int count) => _producer.SendAsync(
        Enumerable.Range(first, count).Select(number => MessageOf(number, key: $"{number}")), _limit);

    private static Message MessageOf(int number, string? key) => new()
    {
        Topic = Topic, OrderingKey = key, Body = Encoding.UTF8.GetBytes($"{number}"),
    };

    private async Task SendToAsync(string broker)
    {
        await using BrokerClient client = await _cluster.ConnectAsync(broker);
        await client.SendAsync(new Message { Topic = Topic, Body = "0"u8.ToArray() }, queueId: 0, _limit);
    }

    private async Task<List<ReceivedMessage>> TakeAsync(TopicReader reader, int count)
    {
        List<ReceivedMessage> read = [];
        while (read.Count < count && await reader.ReadAsync(_limit) is { } message)
            read.Add(message);
        return read;
    }
}

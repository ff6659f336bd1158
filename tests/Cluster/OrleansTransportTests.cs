using OrleansMq.Client;
using OrleansMq.Client.InProcess;
using OrleansMq.Client.Orleans;
using OrleansMq.Client.Producing;
using OrleansMq.Client.Receiving;
using OrleansMq.Client.Sending;
using OrleansMq.Client.Transports;
using OrleansMq.Cluster.Tests.TestCluster;
using OrleansMq.Grains.Brokers;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;
using OrleansMq.TransactionProducers;
using PullOutcome = OrleansMq.Client.Receiving.PullOutcome;

namespace OrleansMq.Cluster.Tests;

/// <summary>The .NET client over grain calls, to brokers that listen nowhere.</summary>
public sealed class OrleansTransportTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private static readonly OrleansTransportOptions Short = new()
    {
        Hold = TimeSpan.FromMilliseconds(50), MaxChunkBytes = 64 * 1024,
    };

    private BrokerCluster _cluster = null!;

    public async Task InitializeAsync()
    {
        _cluster = await BrokerCluster.StartAsync(2, settings =>
        {
            settings.Gateway.InProcessOnly = true;
            settings.Broker.Transactions.FirstCheckAfter = TimeSpan.Zero;
            settings.Broker.Transactions.CheckInterval = TimeSpan.FromMilliseconds(200);
        });
        await using BrokerClient client = await ConnectAsync(OrleansTransport.AnyBroker);
        await client.CreateTopicAsync("Orders", 1);
    }

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Theory]
    [InlineData("broker-0")]
    [InlineData("broker-1")]
    public async Task SendAndPull_ReachTheBrokerThatIsNamed(string broker)
    {
        await using BrokerClient client = await ConnectAsync(Named(broker));
        await client.CreateTopicAsync("Orders", 1);
        await client.SendAsync(new Message { Topic = "Orders", Body = "x"u8.ToArray() });
        PullOutcome pulled = await client.PullAsync(new PullRequest("g", "Orders", 0, 0));
        Assert.Single(pulled.Messages);
        Assert.Equal(1, BrokerCluster.LocalOf(_cluster.SiloOf(broker)).Host.Node.Topics.Find("Orders")!.Queue(0).MaxOffset);
    }

    [Fact]
    public async Task LongMessages_Arrive_InManyCalls()
    {
        await using BrokerClient client = await ConnectAsync(Named("broker-0"));
        await client.CreateTopicAsync("Orders", 1);
        byte[] body = new byte[900_000];
        new Random(1).NextBytes(body);
        Task<SendOutcome>[] sends =
            [.. Enumerable.Range(0, 8).Select(_ => client.SendAsync(new Message { Topic = "Orders", Body = body }).AsTask())];
        await Task.WhenAll(sends).WaitAsync(Limit);

        for (int offset = 0; offset < sends.Length; offset++)
        {
            PullOutcome pulled = await client.PullAsync(new PullRequest("g", "Orders", 0, offset) { MaxMessages = 1 });
            Assert.True(body.AsSpan().SequenceEqual(pulled.Messages.Single().Body.Span));
        }
    }

    [Fact]
    public async Task HeldPull_OutlastsTheReadsThatCarryIt_AndIsAnsweredByAMessage()
    {
        await using BrokerClient consumer = await ConnectAsync(Named("broker-0"));
        await using BrokerClient producer = await ConnectAsync(Named("broker-0"));
        await producer.CreateTopicAsync("Orders", 1);
        PullOutcome none = await consumer.PullAsync(
            new PullRequest("g", "Orders", 0, 0) { Wait = TimeSpan.FromMilliseconds(500) });
        Assert.Equal(PullStatus.NoNewMessage, none.Status);

        Task<PullOutcome> pulling = consumer.PullAsync(
            new PullRequest("g", "Orders", 0, 0) { Wait = TimeSpan.FromSeconds(15) }).AsTask();
        await producer.SendAsync(new Message { Topic = "Orders", Body = "x"u8.ToArray() });
        Assert.Single((await pulling.WaitAsync(Limit)).Messages);
    }

    [Fact]
    public async Task Broker_TellsAndAsksItsClient_ThroughTheTunnel()
    {
        await using BrokerClient consumer = await ConnectAsync(Named("broker-1"), "worker");
        var changed = new SemaphoreSlim(0);
        consumer.GroupChanged += _ => changed.Release();
        consumer.RequestHandler = request => ValueTask.FromResult<RemotingCommand?>(new RemotingCommand
        {
            Code = (int)ResponseCode.Success, Remark = $"{request.Code}", Body = "{}"u8.ToArray(),
        });
        await consumer.HeartbeatAsync([ConsumerOf("workers")]);
        await using BrokerClient second = await ConnectAsync(Named("broker-0"), "second");
        await second.HeartbeatAsync([ConsumerOf("workers")]);
        while ((await consumer.GetMembersAsync("workers")).Count != 2)
            Assert.True(await changed.WaitAsync(Limit));

        RemotingCommand request = RemotingCommand.Request(RequestCode.GetConsumerRunningInfo, 0);
        request.Fields["consumerGroup"] = "workers";
        request.Fields["clientId"] = "worker";
        RemotingCommand answer = await second.Connection.InvokeAsync(request, TimeSpan.FromSeconds(10));
        Assert.Equal((0, "307"), (answer.Code, answer.Remark));
    }

    [Fact]
    public async Task Producer_IsAskedAboutItsTransaction_ThroughTheTunnel()
    {
        var transport = new OrleansTransport(_cluster.Client, Short);
        await using TransactionProducer producer = await TransactionProducer.ConnectAsync(
            transport, Named("broker-0"), "payers", "p1", _ => TransactionProducer.Commit);
        await producer.SendHalfAsync("Orders", 0, "paid", "paid"u8.ToArray());
        await using BrokerClient consumer = await ConnectAsync(Named("broker-0"));
        await BrokerCluster.UntilAsync(async () =>
            (await consumer.PullAsync(new PullRequest("g", "Orders", 0, 0))).Messages.Count == 1);
        Assert.Equal(["paid"], producer.Asked);
    }

    [Fact]
    public async Task KilledSilo_EndsTheConnectionSoon_AndTheOtherBrokerIsReachedStill()
    {
        await using BrokerClient idle = await ConnectAsync(Named("broker-1"));
        await using BrokerClient busy = await ConnectAsync(Named("broker-1"));
        await busy.CreateTopicAsync("Orders", 1);
        Task<PullOutcome> held = busy.PullAsync(
            new PullRequest("g", "Orders", 0, 0) { Wait = TimeSpan.FromSeconds(15) }).AsTask();
        await _cluster.KillAsync("broker-1");

        TimeSpan soon = TimeSpan.FromSeconds(10);
        await Assert.ThrowsAsync<ConnectionLostException>(() => held.WaitAsync(soon));
        await idle.Connection.Ended.WaitAsync(soon);
        IOException refusal = await Assert.ThrowsAsync<IOException>(() => ConnectAsync(Named("broker-1")));
        Assert.Contains("'broker-1'", refusal.Message, StringComparison.Ordinal);
        await using BrokerClient other = await ConnectAsync(OrleansTransport.AnyBroker);
        Assert.NotNull(await other.GetRouteAsync("Orders"));
    }

    [Fact]
    public async Task Producer_SendsToAllBrokers_AndGoesOnWhenOneDies()
    {
        await using BrokerClient second = await ConnectAsync(Named("broker-1"));
        await second.CreateTopicAsync("Orders", 1);
        await using var client = new OrleansMqClient(
            new ClientOptions { Transport = new OrleansTransport(_cluster.Client, Short) });
        await using Producer producer = client.CreateProducer();
        var brokers = new HashSet<string>();
        while (brokers.Count < 2)
            brokers.Add((await producer.SendAsync("Orders", "x"u8.ToArray()).AsTask().WaitAsync(Limit)).BrokerName);

        await _cluster.KillAsync("broker-1");
        for (int count = 0; count < 20; count++)
            await producer.SendAsync("Orders", "y"u8.ToArray()).AsTask().WaitAsync(Limit);
    }

    [Fact]
    public async Task StoppedBroker_EndsTheConnection_AndTakesNewOnesWhenItIsBack()
    {
        await using BrokerClient client = await ConnectAsync(Named("broker-1"));
        LocalBroker broker = BrokerCluster.LocalOf(_cluster.SiloOf("broker-1"));
        await broker.LeaveAsync();
        await client.Connection.Ended.WaitAsync(Limit);
        await Assert.ThrowsAsync<IOException>(() => ConnectAsync(Named("broker-1")));

        await broker.CloseAsync();
        await broker.RestartAsync(broker.Settings, CancellationToken.None);
        await using BrokerClient again = await ConnectAsync(Named("broker-1"));
        await again.GetRouteAsync("Orders");
    }

    [Fact]
    public async Task Silo_ReachesItsOwnBrokerAndTheOthers()
    {
        InProcessSilo silo = new(_cluster, "broker-0");
        var transport = new InProcessTransport(() => silo.Broker.Host, new OrleansTransport(silo.Grains, Short));
        Assert.Equal([InProcessTransport.ThisProcess, OrleansTransport.AnyBroker], transport.Seeds);
        foreach (BrokerAddress broker in (BrokerAddress[])[transport.Seeds[0], Named("broker-1")])
        {
            await using BrokerClient client = await BrokerClient.ConnectAsync(transport, broker);
            await client.CreateTopicAsync("Orders", 1);
            await client.SendAsync(new Message { Topic = "Orders", Body = "x"u8.ToArray() });
        }

        foreach (string broker in new[] { "broker-0", "broker-1" })
        {
            Assert.Equal(
                1, BrokerCluster.LocalOf(_cluster.SiloOf(broker)).Host.Node.Topics.Find("Orders")!.Queue(0).MaxOffset);
        }
    }

    [Fact]
    public async Task Addresses_AreLookedUp_InTheCluster()
    {
        string address = BrokerCluster.LocalOf(_cluster.SiloOf("broker-1")).Host.Node.Identity.AddressText;
        await using BrokerClient client = await ConnectAsync(new BrokerAddress(address));
        Assert.NotNull(await client.GetRouteAsync("Orders"));
        IOException refusal = await Assert.ThrowsAsync<IOException>(() => ConnectAsync(new BrokerAddress("10.9.8.7:6")));
        Assert.Contains("10.9.8.7:6", refusal.Message, StringComparison.Ordinal);
    }

    private static BrokerAddress Named(string broker) => new("10.0.0.1:9876", broker);

    private static ConsumerData ConsumerOf(string group) => new()
    {
        GroupName = group,
        SubscriptionDataSet = [new SubscriptionData { Topic = "Orders", SubString = "*" }],
    };

    private Task<BrokerClient> ConnectAsync(BrokerAddress broker, string clientId = "client") =>
        BrokerClient.ConnectAsync(
            new OrleansTransport(_cluster.Client, Short), broker, new ClientOptions { ClientId = clientId });

    private sealed class InProcessSilo(BrokerCluster cluster, string broker)
    {
        public LocalBroker Broker => BrokerCluster.LocalOf(cluster.SiloOf(broker));

        public IGrainFactory Grains => BrokerCluster.GrainsOf(cluster.SiloOf(broker));
    }
}

using OrleansMq.Client;
using OrleansMq.Client.Sending;
using OrleansMq.Cluster.Tests.TestCluster;
using OrleansMq.Protocol.Bodies;

namespace OrleansMq.Cluster.Tests;

public sealed class TopicTests : IAsyncLifetime
{
    private static readonly string[] AllBrokers = ["broker-0", "broker-1", "broker-2"];

    private BrokerCluster _cluster = null!;

    public async Task InitializeAsync() => _cluster = await BrokerCluster.StartAsync(3);

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public async Task CreateTopic_GivesQueuesOnEveryBroker_AndEveryBrokerTellsOfThem()
    {
        await using BrokerClient first = await _cluster.ConnectAsync("broker-0");
        await first.CreateTopicAsync("Orders", 4);
        foreach (string broker in AllBrokers)
        {
            await BrokerCluster.UntilAsync(async () => (await RouteAsync(broker, "Orders")).Count == 3);
            await using BrokerClient client = await _cluster.ConnectAsync(broker);
            SendOutcome sent = await client.SendAsync(new Message { Topic = "Orders", Body = "x"u8.ToArray() }, 3);
            Assert.Equal(SendStatus.Ok, sent.Status);
        }
    }

    [Fact]
    public async Task Attributes_ReachEveryBroker_AndGoWithTheNextChange()
    {
        await using BrokerClient first = await _cluster.ConnectAsync("broker-0");
        await first.CreateTopicAsync("Orders", 1, "+idempotent.window=10m,+retention.hours=24");
        foreach (string broker in AllBrokers)
        {
            await BrokerCluster.UntilAsync(async () => (await RouteAsync(broker, "Orders")).Count == 3);
            await using BrokerClient client = await _cluster.ConnectAsync(broker);
            var message = new Message { Topic = "Orders", Body = "x"u8.ToArray(), UniqueKey = "ONCE" };
            await client.SendAsync(message, 0);
            await client.SendAsync(message, 0);
            Assert.Equal(1, await client.GetMaxOffsetAsync("Orders", 0));
        }

        await using BrokerClient second = await _cluster.ConnectAsync("broker-1");
        await second.CreateTopicAsync("Orders", 1, "-idempotent.window");
        await BrokerCluster.UntilAsync(() => Task.FromResult(AllBrokers.All(broker => AttributesOf(broker) == "retention.hours")));
    }

    [Fact]
    public async Task Send_CreatesTheTopicEverywhere_WhenNobodyKnowsIt()
    {
        await using BrokerClient client = await _cluster.ConnectAsync("broker-1");
        await client.SendAsync(new Message { Topic = "Young", Body = "x"u8.ToArray() }, 0);
        Assert.Equal(AllBrokers, await RouteAsync("broker-1", "Young"));
    }

    [Fact]
    public async Task AddedSilo_GetsQueuesByCommand_AndTakesLoad()
    {
        await using BrokerClient first = await _cluster.ConnectAsync("broker-0");
        await first.CreateTopicAsync("Orders", 4);
        await _cluster.AddAsync();
        await using BrokerClient added = await _cluster.ConnectAsync("broker-3");
        Assert.Equal(AllBrokers, await RouteAsync("broker-3", "Orders"));

        await added.CreateTopicAsync("Orders", 4);
        Assert.Equal([.. AllBrokers, "broker-3"], await RouteAsync("broker-3", "Orders"));
        SendOutcome sent = await added.SendAsync(new Message { Topic = "Orders", Body = "x"u8.ToArray() }, 3);
        Assert.Equal(SendStatus.Ok, sent.Status);
        await BrokerCluster.UntilAsync(async () => (await RouteAsync("broker-0", "Orders")).Count == 4);
    }

    [Fact]
    public async Task Route_LeavesADeadSiloOut_AndTakesItInAgainAtItsNewAddress()
    {
        await using BrokerClient first = await _cluster.ConnectAsync("broker-0");
        await first.CreateTopicAsync("Orders", 2);
        await using (BrokerClient doomed = await _cluster.ConnectAsync("broker-2"))
            await doomed.SendAsync(new Message { Topic = "Orders", Body = "kept"u8.ToArray() }, 1);
        await _cluster.KillAsync("broker-2");
        Assert.Equal(["broker-0", "broker-1"], await RouteAsync("broker-0", "Orders"));

        await _cluster.StartAgainAsync("broker-2");
        await BrokerCluster.UntilAsync(async () => (await RouteAsync("broker-0", "Orders")).Count == 3);
        TopicRouteData route = (await first.GetRouteAsync("Orders"))!;
        string address = BrokerCluster.LocalOf(_cluster.SiloOf("broker-2")).Host.Node.Identity.AddressText;
        Assert.Equal(address, route.BrokerDatas.Single(broker => broker.BrokerName == "broker-2").BrokerAddresses[0]);

        await using BrokerClient back = await _cluster.ConnectAsync("broker-2");
        Assert.Equal(1, await back.GetMaxOffsetAsync("Orders", 1));
    }

    private string AttributesOf(string broker) => string.Join(
        ',', BrokerCluster.LocalOf(_cluster.SiloOf(broker)).Host.Node.Topics.Find("Orders")!.Config.Attributes.Keys);

    private async Task<IReadOnlyList<string>> RouteAsync(string asked, string topic)
    {
        await using BrokerClient client = await _cluster.ConnectAsync(asked);
        TopicRouteData? route = await client.GetRouteAsync(topic);
        return [.. (route?.QueueDatas ?? []).Select(queue => queue.BrokerName).Order(StringComparer.Ordinal)];
    }
}

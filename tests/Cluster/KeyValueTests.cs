using OrleansMq.Broker.Clustering;
using OrleansMq.Cluster.Tests.TestCluster;
using OrleansMq.Client;

namespace OrleansMq.Cluster.Tests;

public sealed class KeyValueTests
{
    private const string Ordered = "ORDER_TOPIC_CONFIG";

    [Fact]
    public async Task Settings_AreTheSameAtEveryBroker_AndSurviveItsSilos()
    {
        await using BrokerCluster cluster = await BrokerCluster.StartAsync(2);
        Assert.Null(await PlaneOf(cluster, "broker-0").SetKeyValueAsync(Ordered, "Orders", "broker-0:4;broker-1:4"));
        Assert.Null(await PlaneOf(cluster, "broker-1").SetKeyValueAsync("nsx", "kx", "vx"));
        Assert.Contains(
            "broker-a:4", await PlaneOf(cluster, "broker-1").SetKeyValueAsync(Ordered, "Orders", "nonsense"),
            StringComparison.Ordinal);

        await BrokerCluster.UntilAsync(() => PlaneOf(cluster, "broker-0").Routes.KeyValues.Find("nsx", "kx") == "vx");
        await BrokerCluster.UntilAsync(
            () => PlaneOf(cluster, "broker-1").Routes.KeyValues.Find(Ordered, "Orders") == "broker-0:4;broker-1:4");

        await cluster.KillAsync("broker-1");
        await cluster.StartAgainAsync("broker-1");
        await BrokerCluster.UntilAsync(() => PlaneOf(cluster, "broker-1").Routes.KeyValues.Find("nsx", "kx") == "vx");
        Assert.Null(await PlaneOf(cluster, "broker-1").SetKeyValueAsync("nsx", "kx", null));
        await BrokerCluster.UntilAsync(() => PlaneOf(cluster, "broker-0").Routes.KeyValues.Find("nsx", "kx") is null);
    }

    [Fact]
    public async Task Route_HasTheQueuesOfAnOrderedTopic()
    {
        await using BrokerCluster cluster = await BrokerCluster.StartAsync(1);
        await using BrokerClient client = await cluster.ConnectAsync("broker-0");
        await client.CreateTopicAsync("Orders", 1);
        Assert.Null((await client.GetRouteAsync("Orders"))!.OrderTopicConf);

        Assert.Null(await PlaneOf(cluster, "broker-0").SetKeyValueAsync(Ordered, "Orders", "broker-0:1"));

        Assert.Equal("broker-0:1", (await client.GetRouteAsync("Orders"))!.OrderTopicConf);
    }

    private static IControlPlane PlaneOf(BrokerCluster cluster, string broker) =>
        BrokerCluster.LocalOf(cluster.SiloOf(broker)).Host.Node.ControlPlane;
}

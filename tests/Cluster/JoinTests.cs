using OrleansMq.Client;
using OrleansMq.Client.Sending;
using OrleansMq.Cluster.Tests.TestCluster;
using OrleansMq.Grains.Clusters;
using OrleansMq.Grains.Queues;

namespace OrleansMq.Cluster.Tests;

public sealed class JoinTests
{
    [Fact]
    public async Task Store_OfAnotherCluster_IsMadeKnownWithItsTopicsGroupsAndOffsets()
    {
        await using BrokerCluster old = await BrokerCluster.StartAsync(1);
        await using (BrokerClient client = await old.ConnectAsync("broker-0"))
        {
            await client.CreateTopicAsync("Orders", 2);
            await client.SendAsync(new Message { Topic = "Orders", Body = "kept"u8.ToArray() }, 1);
            await client.CommitOffsetAsync("workers", "Orders", 1, 1);
        }

        string directory = old.SettingsOf("Silo_0").Store.Directory;
        var local = BrokerCluster.LocalOf(old.SiloOf("broker-0"));
        await local.LeaveAsync();
        await local.CloseAsync();

        await using BrokerCluster young = await BrokerCluster.StartAsync(1, settings =>
        {
            settings.Broker.BrokerName = "moved";
            settings.Store.Directory = directory;
        });
        var changes = await young.Client.GetGrain<IClusterGrain>(IClusterGrain.Key).ChangesSince(0);
        Assert.Equal(["moved"], changes.Topics.Single(topic => topic.Name == "Orders").Brokers);
        IMessageQueueGrain queue = young.Client.GetMessageQueue("Orders", "moved", 1);
        Assert.Equal(new QueueOffsets(0, 1), await queue.GetOffsets());
        Assert.Equal(1, await queue.QueryCommitted("workers"));
    }

    [Fact]
    public async Task Topic_DeletedWhileABrokerWasAway_IsGoneWhenItReturns()
    {
        await using BrokerCluster cluster = await BrokerCluster.StartAsync(2);
        await using BrokerClient client = await cluster.ConnectAsync("broker-0");
        await client.CreateTopicAsync("Orders", 1);
        await BrokerCluster.UntilAsync(
            () => BrokerCluster.LocalOf(cluster.SiloOf("broker-1")).Host.Node.Topics.Find("Orders") is not null);
        await cluster.KillAsync("broker-1");
        await BrokerCluster.LocalOf(cluster.SiloOf("broker-0")).Host.Node.ControlPlane.DeleteTopicAsync("Orders");
        await client.CreateTopicAsync("Young", 1);

        await cluster.StartAgainAsync("broker-1");
        var topics = BrokerCluster.LocalOf(cluster.SiloOf("broker-1")).Host.Node.Topics;
        Assert.Null(topics.Find("Orders"));
        Assert.NotNull(topics.Find("Young"));
    }

    [Fact]
    public async Task SecondSilo_WithTheNameOfAnother_WaitsUntilItIsFree()
    {
        await using BrokerCluster cluster = await BrokerCluster.StartAsync(2);
        var cluster0 = cluster.Client.GetGrain<IClusterGrain>(IClusterGrain.Key);
        string silo = cluster.SiloOf("broker-1").SiloAddress.ToParsableString();
        string? problem = await cluster0.Register(new Broker.Clustering.BrokerRegistration("broker-0", "127.0.0.1:1", silo));
        Assert.Contains("'broker-0' belongs to the silo", problem, StringComparison.Ordinal);
    }
}

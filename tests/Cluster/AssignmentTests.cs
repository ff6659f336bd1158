using OrleansMq.Broker.Assignments;
using OrleansMq.Broker.Clustering;
using OrleansMq.Client;
using OrleansMq.Cluster.Tests.TestCluster;
using OrleansMq.Protocol.Bodies;

namespace OrleansMq.Cluster.Tests;

/// <summary>Every broker gives the same queues of all brokers to the same member.</summary>
public sealed class AssignmentTests
{
    private const string Group = "readers";

    [Fact]
    public async Task Brokers_AgreeOnWhoGetsWhichQueues()
    {
        await using BrokerCluster cluster = await BrokerCluster.StartAsync(2);
        await using BrokerClient first = await cluster.ConnectAsync("broker-0", "c1");
        await using BrokerClient second = await cluster.ConnectAsync("broker-1", "c2");
        await first.CreateTopicAsync("Orders", 2);
        await second.CreateTopicAsync("Orders", 2);
        await first.HeartbeatAsync([Consumer]);
        await second.HeartbeatAsync([Consumer]);

        foreach (string broker in (string[])["broker-0", "broker-1"])
        {
            await BrokerCluster.UntilAsync(() => Ask(cluster, broker, "c1") == "broker-0/0 broker-0/1");
            await BrokerCluster.UntilAsync(() => Ask(cluster, broker, "c2") == "broker-1/0 broker-1/1");
        }

        Assert.Null(await PlaneOf(cluster, "broker-0").SetKeyValueAsync(
            RequestModes.Namespace, RequestModes.KeyOf("Orders", Group), new RequestMode(MessageRequestMode.Pop, 0).Text));
        foreach (string broker in (string[])["broker-0", "broker-1"])
            await BrokerCluster.UntilAsync(() => Ask(cluster, broker, "c1") == "broker-0/-1 broker-1/-1");
    }

    private static ConsumerData Consumer => new()
    {
        GroupName = Group,
        ConsumeType = ConsumeType.ConsumePassively,
        MessageModel = MessageModel.Clustering,
        SubscriptionDataSet = [new SubscriptionData { Topic = "Orders", SubString = "*", SubVersion = 1 }],
    };

    private static string Ask(BrokerCluster cluster, string broker, string client)
    {
        Broker.Nodes.BrokerNode node = BrokerCluster.LocalOf(cluster.SiloOf(broker)).Host.Node;
        var question = new AssignmentQuestion
        {
            Topic = "Orders",
            ConsumerGroup = Group,
            ClientId = client,
            StrategyName = "AVG",
        };
        Assignment answer = QueueAssigner.Assign(
            question, node.ControlPlane.Routes, node.Groups.Find(Group)?.Read(state => state.ClientIds.ToList()) ?? []);
        return string.Join(' ', answer.Queues?.Select(queue => $"{queue.BrokerName}/{queue.QueueId}") ?? []);
    }

    private static IControlPlane PlaneOf(BrokerCluster cluster, string broker) =>
        BrokerCluster.LocalOf(cluster.SiloOf(broker)).Host.Node.ControlPlane;
}

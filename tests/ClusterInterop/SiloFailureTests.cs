using OrleansMq.Client;
using OrleansMq.ClusterInterop.Tests.Silos;
using OrleansMq.Interop.Tests.Clients;

namespace OrleansMq.ClusterInterop.Tests;

/// <summary>Three silos, real clients, and one silo that is killed while they work.</summary>
public sealed class SiloFailureTests
{
    private const int Queues = 4;
    private const int Messages = 6_000;

    /// <summary>The load lasts longer than a silo takes to come back.</summary>
    private const int PauseMilliseconds = 12;

    [Fact]
    public async Task EveryAcknowledgedMessageArrives_WhenASiloIsKilledAndComesBack_AndAFourthTakesLoad()
    {
        await using SiloCluster cluster = await SiloCluster.StartAsync(3);
        await using (BrokerClient client = await cluster.ConnectAsync("broker-0"))
            await client.CreateTopicAsync("Orders", Queues);
        NodeScript[] members = [Consume(cluster), Consume(cluster)];
        foreach (NodeScript member in members)
            await member.WaitForAsync("ready");
        await WaitUntilSharedAsync(3 * Queues, members);

        NodeScript producer = Produce(cluster, "m");
        await producer.WaitForAsync("sent", Messages / 4);
        await cluster.KillAsync("broker-2");
        await producer.WaitForAsync("sent", producer.CountOf("sent") + (Messages / 4));
        await cluster.StartAgainAsync("broker-2");
        await producer.WaitForAsync("done");
        await AssertAllArriveAsync(producer, members);

        await cluster.AddAsync("broker-3");
        await using BrokerClient fourth = await cluster.ConnectAsync("broker-3");
        await fourth.CreateTopicAsync("Orders", Queues);
        await WaitUntilSharedAsync(4 * Queues, members);
        NodeScript later = Produce(cluster, "later");
        await later.WaitForAsync("done");
        await AssertAllArriveAsync(later, members);
        long taken = 0;
        for (int queue = 0; queue < Queues; queue++)
            taken += await fourth.GetMaxOffsetAsync("Orders", queue);
        Assert.InRange(taken, Messages / 8, Messages / 2);
    }

    private static NodeScript Consume(SiloCluster cluster) => cluster.Start(
        "consume.js", new Dictionary<string, object?> { ["topic"] = "Orders", ["group"] = "workers" });

    private static NodeScript Produce(SiloCluster cluster, string prefix) => cluster.Start("produce.js", new Dictionary<string, object?>
    {
        ["topic"] = "Orders",
        ["series"] = new { prefix, count = Messages, lanes = 8, isSpread = true, pause = PauseMilliseconds },
        ["retries"] = 5,
        ["sendTimeout"] = 3_000,
    });

    private static async Task AssertAllArriveAsync(NodeScript producer, NodeScript[] members)
    {
        Assert.Equal(0, producer.CountOf("failed"));
        string[] sent = [.. producer.Of("sent").Select(message => message.Text!)];
        Assert.Equal(Messages, sent.Length);
        await NodeScript.WaitAsync("all messages", members, () => !sent.Except(Received(members)).Any());
    }

    private static IEnumerable<string> Received(NodeScript[] members) =>
        members.SelectMany(member => member.Of("message")).Select(message => message.Text!);

    private static Task WaitUntilSharedAsync(int queues, NodeScript[] members) =>
        NodeScript.WaitAsync("a stable assignment", members, () =>
            members.Sum(member => member.Of("assigned") is { Count: > 0 } all ? all[^1].Queues.Count : 0) == queues);
}

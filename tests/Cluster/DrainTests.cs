using OrleansMq.Client;
using OrleansMq.Client.Receiving;
using OrleansMq.Client.Sending;
using OrleansMq.Cluster.Tests.TestCluster;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Codes;
using PullOutcome = OrleansMq.Client.Receiving.PullOutcome;

namespace OrleansMq.Cluster.Tests;

public sealed class DrainTests
{
    [Fact]
    public async Task DrainedBroker_IsReadToItsEnd_AndWrittenToAgainAfterwards()
    {
        await using BrokerCluster cluster = await BrokerCluster.StartAsync(2);
        await using BrokerClient client = await cluster.ConnectAsync("broker-1");
        await client.CreateTopicAsync("Orders", 1);
        await client.SendAsync(new Message { Topic = "Orders", Body = "kept"u8.ToArray() }, 0);
        var control = BrokerCluster.LocalOf(cluster.SiloOf("broker-0")).Host.Node.ControlPlane;
        Assert.Contains("There is no broker 'nobody'", await control.SetWritableAsync("nobody", false), StringComparison.Ordinal);

        Assert.Null(await control.SetWritableAsync("broker-1", false));
        await BrokerCluster.UntilAsync(async () => await PermissionAsync(client) == 4);
        await BrokerCluster.UntilAsync(() => BrokerCluster.LocalOf(cluster.SiloOf("broker-1")).Host.Node.Sender.IsDraining);
        RemotingException refused = await Assert.ThrowsAsync<RemotingException>(
            async () => await client.SendAsync(new Message { Topic = "Orders", Body = "late"u8.ToArray() }, 0));
        Assert.Equal(ResponseCode.ServiceNotAvailable, refused.Code);
        PullOutcome pulled = await client.PullAsync(new PullRequest("readers", "Orders", 0, 0));
        Assert.Single(pulled.Messages);

        // It stays drained while it is away, which is what it is drained for.
        await cluster.KillAsync("broker-1");
        await cluster.StartAgainAsync("broker-1");
        await using BrokerClient again = await cluster.ConnectAsync("broker-1");
        Assert.Equal(4, await PermissionAsync(again));
        Assert.Null(await control.SetWritableAsync("broker-1", true));
        await BrokerCluster.UntilAsync(async () => await PermissionAsync(again) == 6);
        await BrokerCluster.UntilAsync(() => !BrokerCluster.LocalOf(cluster.SiloOf("broker-1")).Host.Node.Sender.IsDraining);
        Assert.Equal(1, (await again.SendAsync(new Message { Topic = "Orders", Body = "new"u8.ToArray() }, 0)).QueueOffset);
    }

    private static async Task<int> PermissionAsync(BrokerClient client)
    {
        TopicRouteData? route = await client.GetRouteAsync("Orders");
        return route!.QueueDatas.Single(queue => queue.BrokerName == "broker-1").Perm;
    }
}

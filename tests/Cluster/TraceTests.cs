using System.Text;
using OrleansMq.Client;
using OrleansMq.Client.Operating;
using OrleansMq.Client.Receiving;
using OrleansMq.Client.Sending;
using OrleansMq.Cluster.Tests.TestCluster;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Requests;

namespace OrleansMq.Cluster.Tests;

/// <summary>Traces and dead letters of a message on one of two brokers.</summary>
public sealed class TraceTests : IAsyncLifetime
{
    private const string Group = "consumers";

    private BrokerCluster _cluster = null!;

    public async Task InitializeAsync() => _cluster = await BrokerCluster.StartAsync(2);

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public async Task DeadLetter_IsTracedAndSentAgain_WhereItsMessageIs_AfterItsSiloWasKilled()
    {
        await using (BrokerClient other = await _cluster.ConnectAsync("broker-0", "other"))
            await other.CreateTopicAsync("Orders", 1);
        await BurySomethingAsync();
        await _cluster.KillAsync("broker-1");
        await _cluster.StartAgainAsync("broker-1");

        await using BrokerClient first = await _cluster.ConnectAsync("broker-0");
        await using BrokerClient second = await _cluster.ConnectAsync("broker-1");
        var operations = new BrokerOperations(second);
        Assert.Null(await new BrokerOperations(first).TraceAsync(new TraceMessageRequest("U-1", "Orders", null, 8)));
        Assert.Empty((await new BrokerOperations(first).ListDeadLetterGroupsAsync()).Groups);

        GroupTrace dead = await TraceAsync(operations);
        Assert.Equal("DEAD_LETTERED", dead.Status);
        Assert.Equal(("CONSUMER_GAVE_UP", "consumer-1"), (dead.DeadLetter!.Reason, dead.DeadLetter.Consumer));

        var all = new ResendDeadLettersRequest(Group, [], null, 0, long.MaxValue, 32, null, false, false, false);
        Assert.Equal(1, (await operations.ResendDeadLettersAsync(all with { IsDryRun = true })).Sent);
        Assert.Equal(1, (await operations.ResendDeadLettersAsync(all)).Sent);
        Assert.Equal((0, 1), await CountsAsync(operations, all));
        Assert.Equal("RETRYING", (await TraceAsync(operations)).Status);
        PullOutcome pulled = await second.PullAsync(new PullRequest(Group, "%RETRY%" + Group, 0, 0));
        Assert.Equal("poison", Encoding.UTF8.GetString(Assert.Single(pulled.Messages).Body.Span));
    }

    private async Task BurySomethingAsync()
    {
        await using BrokerClient client = await _cluster.ConnectAsync("broker-1", "consumer-1");
        var consumer = new ConsumerData { GroupName = Group };
        consumer.SubscriptionDataSet.Add(new SubscriptionData { Topic = "Orders", SubString = "*" });
        await client.HeartbeatAsync([consumer]);
        await client.SendAsync(new Message { Topic = "Orders", Body = "poison"u8.ToArray(), UniqueKey = "U-1" }, 0);
        PullOutcome pulled = await client.PullAsync(new PullRequest(Group, "Orders", 0, 0));
        await client.SendBackAsync(Group, Assert.Single(pulled.Messages), delayLevel: -1);
    }

    private static async Task<(int Sent, int AlreadySent)> CountsAsync(
        BrokerOperations operations, ResendDeadLettersRequest request)
    {
        ResendReport report = await operations.ResendDeadLettersAsync(request);
        return (report.Sent, report.AlreadySent);
    }

    private static async Task<GroupTrace> TraceAsync(BrokerOperations operations)
    {
        MessageTrace? trace = await operations.TraceAsync(new TraceMessageRequest("U-1", "Orders", Group, 8));
        return Assert.Single(Assert.Single(trace!.Messages).Groups);
    }
}

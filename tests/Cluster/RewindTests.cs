using OrleansMq.Client;
using OrleansMq.Client.Receiving;
using OrleansMq.Client.Sending;
using OrleansMq.Cluster.Tests.TestCluster;
using OrleansMq.Grains.ConsumerGroups;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Cluster.Tests;

/// <summary>An operator sends a group elsewhere whose members and offsets are known in the whole cluster.</summary>
public sealed class RewindTests : IAsyncLifetime
{
    private const string Group = "workers";
    private const int Messages = 6;

    private static readonly MessageQueueKey s_queue = new("Orders", "broker-0", 0);

    private BrokerCluster _cluster = null!;
    private BrokerClient _client = null!;

    public async Task InitializeAsync()
    {
        _cluster = await BrokerCluster.StartAsync(2);
        _client = await _cluster.ConnectAsync("broker-0", "worker-1");
        await _client.CreateTopicAsync("Orders", 1);
        for (int message = 0; message < Messages; message++)
            await _client.SendAsync(new Message { Topic = "Orders", Body = new byte[] { (byte)message } });
        await _client.HeartbeatAsync([Consumer()]);
        Assert.Equal(Messages, (await PullAsync(0)).Messages.Count);
        await _client.CommitOffsetAsync(Group, "Orders", 0, Messages);
        await BrokerCluster.UntilAsync(async () => await AtGroupAsync() == Messages);
    }

    public async Task DisposeAsync()
    {
        await _client.DisposeAsync();
        await _cluster.DisposeAsync();
    }

    [Fact]
    public async Task Reset_TellsAMember_ThatIsConnectedToAnotherBrokerOnly()
    {
        await using BrokerClient elsewhere = await _cluster.ConnectAsync("broker-1", "worker-2");
        var told = new TaskCompletionSource<RemotingCommand>(TaskCreationOptions.RunContinuationsAsynchronously);
        elsewhere.RequestHandler = request =>
        {
            told.TrySetResult(request);
            return default;
        };
        await elsewhere.HeartbeatAsync([Consumer()]);
        await BrokerCluster.UntilAsync(async () => (await _client.GetMembersAsync(Group)).Count == 2);

        Assert.Equal(0, (await _client.ResetOffsetsAsync(Group, "Orders", DateTimeOffset.UnixEpoch))[s_queue]);
        RemotingCommand request = await told.Task.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal((int)RequestCode.ResetConsumerClientOffset, request.Code);
        Assert.True(ResetOffsetBody.TryRead(request.Body.Span, out ResetOffsetBody? table, out _));
        Assert.Equal(0, table.OffsetTable[s_queue]);
    }

    /// <summary>
    /// The group still knew the old, higher offset when the broker was killed, as it may when it was told late.
    /// </summary>
    [Fact]
    public async Task Reset_Stays_WhenTheBrokerIsKilledAndTheGroupKnewTheHigherOffset()
    {
        await _client.ResetOffsetsAsync(Group, "Orders", DateTimeOffset.UnixEpoch);
        await _cluster.KillAsync("broker-0");
        await _cluster.Client.GetGrain<IConsumerGroupGrain>(Group).Report(
            "broker-0", new([], [new("Orders", 0, Messages)]));
        await _cluster.StartAgainAsync("broker-0");

        await using BrokerClient again = await _cluster.ConnectAsync("broker-0", "worker-1");
        Assert.Equal(0, await again.QueryOffsetAsync(Group, "Orders", 0));
        await again.CommitOffsetAsync(Group, "Orders", 0, Messages);
        Assert.Equal(0, await again.QueryOffsetAsync(Group, "Orders", 0));
        await BrokerCluster.UntilAsync(async () => await AtGroupAsync() == 0);
    }

    [Fact]
    public async Task Clone_SendsAGroupToWhereAnotherIs_WhichTheClusterLearns()
    {
        await _client.CloneOffsetsAsync(Group, "copies", "Orders");
        Assert.Equal(Messages, await _client.QueryOffsetAsync("copies", "Orders", 0));
        await BrokerCluster.UntilAsync(async () =>
            await _cluster.Client.GetGrain<IConsumerGroupGrain>("copies").QueryOffset(s_queue) == Messages);
    }

    [Fact]
    public async Task Reset_SetsTheQueuesOfTheBrokerThatIsAsked_Only()
    {
        await using BrokerClient other = await _cluster.ConnectAsync("broker-1", "operator");
        IReadOnlyDictionary<MessageQueueKey, long> offsets =
            await other.ResetOffsetsAsync(Group, "Orders", DateTimeOffset.UnixEpoch);
        Assert.Equal("broker-1", Assert.Single(offsets).Key.BrokerName);
        Assert.Equal(Messages, await _client.QueryOffsetAsync(Group, "Orders", 0));
    }

    private async Task<PullOutcome> PullAsync(long offset) =>
        await _client.PullAsync(new PullRequest(Group, "Orders", 0, offset));

    private Task<long?> AtGroupAsync() =>
        _cluster.Client.GetGrain<IConsumerGroupGrain>(Group).QueryOffset(s_queue);

    private static ConsumerData Consumer() => new()
    {
        GroupName = Group,
        SubscriptionDataSet = [new SubscriptionData { Topic = "Orders", SubString = "*" }],
    };
}

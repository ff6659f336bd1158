using OrleansMq.Client;
using OrleansMq.Client.Sending;
using OrleansMq.Cluster.Tests.TestCluster;
using OrleansMq.Grains.ConsumerGroups;
using OrleansMq.Grains.Queues;
using OrleansMq.Protocol.Bodies;

namespace OrleansMq.Cluster.Tests;

public sealed class GroupTests : IAsyncLifetime
{
    private const string Group = "workers";

    /// <summary>Beyond the interval in which a group saves members and offsets.</summary>
    private static readonly TimeSpan UntilSaved = TimeSpan.FromSeconds(2.5);

    private static readonly ConsumerData Consumer = ConsumerOf(Group);

    private BrokerCluster _cluster = null!;

    public async Task InitializeAsync()
    {
        _cluster = await BrokerCluster.StartAsync(3);
        await using BrokerClient client = await _cluster.ConnectAsync("broker-0");
        await client.CreateTopicAsync("Orders", 2);
    }

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public async Task Members_AreTheSame_WhicheverBrokerIsAsked()
    {
        await using BrokerClient first = await _cluster.ConnectAsync("broker-0", "c1");
        await using BrokerClient second = await _cluster.ConnectAsync("broker-1", "c2");
        var told = new TaskCompletionSource();
        first.GroupChanged += group => told.TrySetResult();
        await first.HeartbeatAsync([Consumer]);
        await second.HeartbeatAsync([Consumer]);
        await using BrokerClient third = await _cluster.ConnectAsync("broker-2", "c3");
        await BrokerCluster.UntilAsync(async () => (await first.GetMembersAsync(Group)).Count == 2);
        Assert.Equal(["c1", "c2"], await second.GetMembersAsync(Group));
        await told.Task.WaitAsync(TimeSpan.FromSeconds(5));

        // A broker that has no member learns of them when its own first member comes, or when it is told.
        await third.HeartbeatAsync([Consumer]);
        Assert.Equal(["c1", "c2", "c3"], await third.GetMembersAsync(Group));
    }

    [Fact]
    public async Task Member_LeavesEverywhere_WhenItsLastConnectionCloses()
    {
        await using BrokerClient stays = await _cluster.ConnectAsync("broker-0", "c1");
        await stays.HeartbeatAsync([Consumer]);
        BrokerClient atOne = await _cluster.ConnectAsync("broker-1", "c2");
        BrokerClient atTwo = await _cluster.ConnectAsync("broker-2", "c2");
        await atOne.HeartbeatAsync([Consumer]);
        await atTwo.HeartbeatAsync([Consumer]);
        await atOne.DisposeAsync();
        IConsumerGroupGrain group = _cluster.Client.GetGrain<IConsumerGroupGrain>(Group);
        await BrokerCluster.UntilAsync(async () =>
            (await group.Read()).Members.Single(member => member.Member.ClientId == "c2").Channels.Count == 1);
        Assert.Contains("c2", await stays.GetMembersAsync(Group));

        await atTwo.DisposeAsync();
        await BrokerCluster.UntilAsync(async () => (await stays.GetMembersAsync(Group)).Count == 1);
    }

    [Fact]
    public async Task Lock_IsHeldByOneMember_WhicheverBrokerIsAsked()
    {
        var queue = new MessageQueueKey("Orders", "broker-0", 0);
        await using BrokerClient first = await _cluster.ConnectAsync("broker-0", "c1");
        await using BrokerClient second = await _cluster.ConnectAsync("broker-1", "c2");
        Assert.Equal([queue], await first.LockAsync(Group, [queue]));
        Assert.Empty(await second.LockAsync(Group, [queue]));
        await first.UnlockAsync(Group, [queue]);
        Assert.Equal([queue], await second.LockAsync(Group, [queue]));
    }

    [Fact]
    public async Task GroupState_SurvivesTheSiloThatHeldIt()
    {
        var queue = new MessageQueueKey("Orders", "broker-0", 0);
        string name = await FindGroupOnAsync("broker-2");
        IConsumerGroupGrain group = _cluster.Client.GetGrain<IConsumerGroupGrain>(name);
        await using BrokerClient first = await _cluster.ConnectAsync("broker-0", "c1");
        await using BrokerClient second = await _cluster.ConnectAsync("broker-1", "c2");
        await first.HeartbeatAsync([ConsumerOf(name)]);
        await second.HeartbeatAsync([ConsumerOf(name)]);
        await first.LockAsync(name, [queue]);
        await first.SendAsync(new Message { Topic = "Orders", Body = "x"u8.ToArray() }, 0);
        await first.CommitOffsetAsync(name, "Orders", 0, 1);
        await BrokerCluster.UntilAsync(async () => await group.QueryOffset(queue) == 1);
        await Task.Delay(UntilSaved);
        await _cluster.KillAsync("broker-2");

        Assert.Equal(["c1", "c2"], (await group.Read()).Members.Select(member => member.Member.ClientId));
        Assert.Empty(await second.LockAsync(name, [queue]));
        Assert.Equal(1, await group.QueryOffset(queue));
        Assert.Equal(1, await first.QueryOffsetAsync(name, "Orders", 0));
    }

    [Fact]
    public async Task Offset_NeverGoesBack_WhoeverCommitsAndWhateverRestarts()
    {
        IMessageQueueGrain queue = _cluster.Client.GetMessageQueue("Orders", "broker-1", 0);
        var key = new MessageQueueKey("Orders", "broker-1", 0);
        IConsumerGroupGrain group = _cluster.Client.GetGrain<IConsumerGroupGrain>(Group);
        await using BrokerClient elsewhere = await _cluster.ConnectAsync("broker-0", "c1");
        await elsewhere.HeartbeatAsync([Consumer]);
        await queue.Append(MessageBatch.Of([.. Enumerable.Range(0, 10).Select(_ => new ReadOnlyMemory<byte>([1]))]));
        Assert.True(await queue.Commit(Group, 7));
        Assert.False(await queue.Commit(Group, 5));
        await using (BrokerClient remoting = await _cluster.ConnectAsync("broker-1"))
        {
            await remoting.CommitOffsetAsync(Group, "Orders", 0, 6);
            Assert.Equal(7, await remoting.QueryOffsetAsync(Group, "Orders", 0));
        }

        await BrokerCluster.UntilAsync(async () => await group.QueryOffset(key) == 7);
        await Task.Delay(UntilSaved);
        await _cluster.KillAsync("broker-1");
        Assert.Equal(7, await group.QueryOffset(key));
        File.Delete(Path.Combine(_cluster.SettingsOf("Silo_1").Store.Directory, "config", "consumerOffset.json"));
        await _cluster.StartAgainAsync("broker-1");
        Assert.Equal(7, await queue.QueryCommitted(Group));
        Assert.False(await queue.Commit(Group, 6));
    }

    [Fact]
    public async Task Offsets_AreForgotten_WhenTheTopicIsDeletedAndMadeAnew()
    {
        IMessageQueueGrain queue = _cluster.Client.GetMessageQueue("Orders", "broker-1", 0);
        await queue.Append(MessageBatch.Of("x"u8));
        await queue.Commit(Group, 1);
        IConsumerGroupGrain group = _cluster.Client.GetGrain<IConsumerGroupGrain>(Group);
        var key = new MessageQueueKey("Orders", "broker-1", 0);
        await BrokerCluster.UntilAsync(async () => await group.QueryOffset(key) == 1);

        await BrokerCluster.LocalOf(_cluster.SiloOf("broker-0")).Host.Node.ControlPlane.DeleteTopicAsync("Orders");
        await BrokerCluster.UntilAsync(async () => await group.QueryOffset(key) is null);
        await using BrokerClient client = await _cluster.ConnectAsync("broker-2");
        Assert.Null(await client.GetRouteAsync("Orders"));
        await client.CreateTopicAsync("Orders", 2);

        // Offsets are never used twice, not even by another topic of the same name.
        Assert.Equal(1, (await queue.Append(MessageBatch.Of("young"u8))).QueueOffset);
        Assert.Null(await queue.QueryCommitted(Group));
    }

    /// <summary>Grains are placed at random: some group lives where it should.</summary>
    private async Task<string> FindGroupOnAsync(string broker)
    {
        for (int number = 0; ; number++)
        {
            IConsumerGroupGrain group = _cluster.Client.GetGrain<IConsumerGroupGrain>($"{Group}-{number}");
            await group.FindOrCreate();
            if (await _cluster.SiloWithAsync(group) == broker)
                return $"{Group}-{number}";
        }
    }

    private static ConsumerData ConsumerOf(string group) => new()
    {
        GroupName = group,
        ConsumeType = ConsumeType.ConsumePassively,
        MessageModel = MessageModel.Clustering,
        SubscriptionDataSet = [new SubscriptionData { Topic = "Orders", SubString = "*", SubVersion = 1 }],
    };
}

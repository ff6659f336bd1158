using System.Text;
using Orleans.Runtime.Placement;
using OrleansMq.Client;
using OrleansMq.Client.Receiving;
using OrleansMq.Client.Sending;
using OrleansMq.Cluster.Tests.TestCluster;
using OrleansMq.Grains.Brokers;
using OrleansMq.Grains.Placement;
using OrleansMq.Grains.Queues;
using OrleansMq.Messages.Records;
using PullOutcome = OrleansMq.Client.Receiving.PullOutcome;

namespace OrleansMq.Cluster.Tests;

public sealed class QueueTests : IAsyncLifetime
{
    private BrokerCluster _cluster = null!;

    public async Task InitializeAsync() => _cluster = await BrokerCluster.StartAsync(3);

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public async Task Queue_LivesWhereItsLogIs_AndStaysThere()
    {
        foreach (string broker in new[] { "broker-0", "broker-1", "broker-2" })
        {
            IMessageQueueGrain queue = _cluster.Client.GetMessageQueue("Orders", broker, 0);
            string other = broker == "broker-0" ? "broker-1" : "broker-0";
            RequestContext.Set(IPlacementDirector.PlacementHintKey, _cluster.SiloOf(other).SiloAddress);
            await queue.Append(MessageBatch.Of("x"u8));
            Assert.Equal(broker, await _cluster.SiloWithAsync(queue));

            await _cluster.Client.GetGrain<IManagementGrain>(0).ForceActivationCollection(TimeSpan.Zero);
            await queue.Append(MessageBatch.Of("y"u8));
            Assert.Equal(broker, await _cluster.SiloWithAsync(queue));
            Assert.Equal(new QueueOffsets(0, 2), await queue.GetOffsets());
        }
    }

    [Fact]
    public async Task ThreeWaysIn_SeeTheSameQueue()
    {
        await using BrokerClient remoting = await _cluster.ConnectAsync("broker-1");
        await remoting.CreateTopicAsync("Orders", 2);
        IMessageQueueGrain outside = _cluster.Client.GetMessageQueue("Orders", "broker-1", 1);
        IMessageQueueGrain inside = BrokerCluster.GrainsOf(_cluster.SiloOf("broker-1")).GetMessageQueue("Orders", "broker-1", 1);
        IMessageQueueGrain neighbour = BrokerCluster.GrainsOf(_cluster.SiloOf("broker-2")).GetMessageQueue("Orders", "broker-1", 1);

        await remoting.SendAsync(new Message { Topic = "Orders", Body = "remoting"u8.ToArray(), Tag = "a" }, 1);
        Assert.Equal(1, (await outside.Append(MessageBatch.Of("outside"u8, ("TAGS", "b")))).QueueOffset);
        Assert.Equal(2, (await inside.Append(MessageBatch.Of([.. Bodies("inside 1", "inside 2")]))).QueueOffset);
        Assert.Equal(4, (await neighbour.Append(MessageBatch.Of("neighbour"u8, ("TAGS", "a")))).QueueOffset);

        string[] all = ["remoting", "outside", "inside 1", "inside 2", "neighbour"];
        PullOutcome pulled = await remoting.PullAsync(new PullRequest("readers", "Orders", 1, 0));
        Assert.Equal(all, pulled.Messages.Select(message => Encoding.UTF8.GetString(message.Body.Span)));
        foreach (IMessageQueueGrain queue in new[] { outside, inside, neighbour })
        {
            PullReply reply = await queue.Pull(new PullCommand(0, 32));
            Assert.Equal(all, BodiesOf(reply));
            Assert.Equal((5, 5L), (reply.Count, reply.NextOffset));
            Assert.Equal(["remoting", "neighbour"], BodiesOf(await queue.Pull(new PullCommand(0, 32, Tags: "a"))));
        }
    }

    [Fact]
    public async Task Pull_WaitsForAMessage_WhileOtherCallsGoOn()
    {
        IMessageQueueGrain queue = _cluster.Client.GetMessageQueue("Orders", "broker-2", 0);
        await queue.Append(MessageBatch.Of("first"u8));
        Task<PullReply>[] waiting =
            [.. Enumerable.Range(0, 20).Select(_ => queue.Pull(new PullCommand(1, 8, Wait: TimeSpan.FromSeconds(15))))];
        Assert.Equal(new QueueOffsets(0, 1), await queue.GetOffsets());
        Assert.DoesNotContain(waiting, pull => pull.IsCompleted);

        await queue.Append(MessageBatch.Of("second"u8));
        foreach (PullReply reply in await Task.WhenAll(waiting))
            Assert.Equal(["second"], BodiesOf(reply));
    }

    [Fact]
    public async Task Pull_GetsTheMessagesThatAConditionSelects()
    {
        IMessageQueueGrain queue = _cluster.Client.GetMessageQueue("Orders", "broker-1", 0);
        await queue.Append(MessageBatch.Of("cheap"u8, ("price", "5")));
        await queue.Append(MessageBatch.Of("dear"u8, ("price", "500")));
        await queue.Append(MessageBatch.Of("unknown"u8));

        PullReply reply = await queue.Pull(new PullCommand(0, 8, Sql: "price > 100"));
        Assert.Equal(["dear"], BodiesOf(reply));
        Assert.Equal(3, reply.NextOffset);
        Assert.Equal(["unknown"], BodiesOf(await queue.Pull(new PullCommand(0, 8, Sql: "price IS NULL"))));
        Assert.Equal(3, (await queue.Pull(new PullCommand(0, 8))).Count);

        Task<PullReply> waiting = queue.Pull(
            new PullCommand(3, 8, Wait: TimeSpan.FromSeconds(15), Sql: "price > 100"));
        await queue.Append(MessageBatch.Of("cheap again"u8, ("price", "5")));
        await queue.Append(MessageBatch.Of("dear again"u8, ("price", "500")));
        Assert.Equal(["dear again"], BodiesOf(await waiting));
    }

    [Fact]
    public async Task Pull_IsRefusedWithTheReason_WhenItsConditionCannotBeRead()
    {
        IMessageQueueGrain queue = _cluster.Client.GetMessageQueue("Orders", "broker-1", 0);
        await queue.Append(MessageBatch.Of("x"u8));
        MessageRefusedException refused = await Assert.ThrowsAsync<MessageRefusedException>(
            () => queue.Pull(new PullCommand(0, 8, Sql: "price LIKE 'x'")));
        Assert.Equal(23, refused.Code);
        Assert.Contains("LIKE", refused.Message, StringComparison.Ordinal);
        refused = await Assert.ThrowsAsync<MessageRefusedException>(
            () => queue.Pull(new PullCommand(0, 8, Tags: "a", Sql: "price > 1")));
        Assert.Contains("both", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Commit_DoesNotCount_BehindTheQueuesEnd()
    {
        IMessageQueueGrain queue = _cluster.Client.GetMessageQueue("Orders", "broker-1", 0);
        await queue.Append(MessageBatch.Of("first"u8));
        await queue.Append(MessageBatch.Of("second"u8));

        Assert.True(await queue.Commit("readers", 1));
        Assert.False(await queue.Commit("readers", 3));
        Assert.Equal(1, await queue.QueryCommitted("readers"));
        Assert.True(await queue.Commit("readers", 2));
    }

    [Fact]
    public async Task Pull_EndsEmpty_WhenItsTimeIsOver()
    {
        IMessageQueueGrain queue = _cluster.Client.GetMessageQueue("Orders", "broker-2", 0);
        await queue.Append(MessageBatch.Of("first"u8));
        PullReply reply = await queue.Pull(new PullCommand(1, 8, Wait: TimeSpan.FromMilliseconds(50)));
        Assert.Equal((0, 1L), (reply.Count, reply.NextOffset));
    }

    [Fact]
    public async Task Append_IsRefusedWithTheReason_WhenTheBrokerDoesNotTakeIt()
    {
        MessageRefusedException refused = await Assert.ThrowsAsync<MessageRefusedException>(
            () => _cluster.Client.GetMessageQueue("SCHEDULE_TOPIC_XXXX", "broker-0", 0).Append(MessageBatch.Of("x"u8)));
        Assert.Contains("may not be written to", refused.Message, StringComparison.Ordinal);
        Assert.Equal(16, refused.Code);
        await Assert.ThrowsAsync<MessageRefusedException>(
            () => _cluster.Client.GetMessageQueue("Orders", "broker-0", 4_000).Append(MessageBatch.Of("x"u8)));
    }

    [Fact]
    public async Task Call_SaysThatTheBrokerIsNotThere_AndSucceedsOnceItIs()
    {
        IMessageQueueGrain queue = _cluster.Client.GetMessageQueue("Orders", "broker-2", 0);
        await queue.Append(MessageBatch.Of("before"u8));
        await _cluster.KillAsync("broker-2");
        WrongSiloException away = await Assert.ThrowsAsync<WrongSiloException>(() => queue.GetOffsets());
        Assert.Null(away.Owner);
        Assert.Contains("'broker-2' is not there", away.Message, StringComparison.Ordinal);

        await _cluster.StartAgainAsync("broker-2");
        Assert.Equal(1, (await queue.Append(MessageBatch.Of("after"u8))).QueueOffset);
    }

    [Fact]
    public async Task Call_IsRefusedByTheFormerOwner_AndFollowsTheLogToItsNewSilo()
    {
        IMessageQueueGrain queue = _cluster.Client.GetMessageQueue("Orders", "broker-0", 0);
        await queue.Append(MessageBatch.Of("before"u8));
        LocalBroker from = BrokerCluster.LocalOf(_cluster.SiloOf("broker-0"));
        LocalBroker to = BrokerCluster.LocalOf(_cluster.SiloOf("broker-1"));

        // The store moves to a silo that had another broker, while both silos stay alive.
        await from.LeaveAsync();
        await from.CloseAsync();
        await to.LeaveAsync();
        await to.CloseAsync();
        await to.RestartAsync(_cluster.SettingsOf("Silo_0"), CancellationToken.None);

        Assert.Equal(1, (await queue.Append(MessageBatch.Of("after"u8))).QueueOffset);
        Assert.Equal("broker-1", await _cluster.SiloWithAsync(queue));
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Bodies(params string[] bodies) =>
        bodies.Select(body => new ReadOnlyMemory<byte>(Encoding.UTF8.GetBytes(body)));

    private static List<string> BodiesOf(PullReply reply)
    {
        var bodies = new List<string>();
        for (ReadOnlyMemory<byte> rest = reply.Records; !rest.IsEmpty; rest = rest[SizeOf(rest)..])
        {
            Assert.Equal(RecordDefect.None, RecordView.TryRead(rest.Span, out RecordView record));
            bodies.Add(Encoding.UTF8.GetString(record.Body));
        }

        return bodies;
    }

    private static int SizeOf(ReadOnlyMemory<byte> records) =>
        System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(records.Span);
}

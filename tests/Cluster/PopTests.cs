using System.Text;
using OrleansMq.Cluster.Tests.TestCluster;
using OrleansMq.Grains.Queues;
using OrleansMq.Messages.Records;

namespace OrleansMq.Cluster.Tests;

/// <summary>Messages popped by callers of a queue's grain, wherever they are.</summary>
public sealed class PopTests
{
    private const string Group = "workers";
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task PoppedMessage_IsAcknowledgedOrPutBack_ThroughTheGrain()
    {
        await using BrokerCluster cluster = await BrokerCluster.StartAsync(2);
        IMessageQueueGrain queue = cluster.Client.GetMessageQueue("Orders", "broker-1", 0);
        IMessageQueueGrain neighbour =
            BrokerCluster.GrainsOf(cluster.SiloOf("broker-0")).GetMessageQueue("Orders", "broker-1", 0);
        await queue.Append(MessageBatch.Of([.. Bodies("a", "b", "c")]));

        PopReply first = await queue.Pop(new PopCommand(Group, 2, Minute));
        PopReply second = await neighbour.Pop(new PopCommand(Group, 8, Minute));
        Assert.Equal(["a", "b"], BodiesOf(first));
        Assert.Equal(["c"], BodiesOf(second));
        Assert.Equal([2L], second.Offsets);

        await neighbour.Acknowledge(Group, first.PoppedAt, [0]);
        await neighbour.Acknowledge(Group, first.PoppedAt, [0]);
        await queue.ChangeInvisible(Group, first.PoppedAt, 1, TimeSpan.Zero);
        Assert.Equal(1, await queue.QueryCommitted(Group));
        Assert.Equal(["b"], BodiesOf(await neighbour.Pop(new PopCommand(Group, 8, Minute))));

        MessageRefusedException refused = await Assert.ThrowsAsync<MessageRefusedException>(
            () => queue.ChangeInvisible(Group, first.PoppedAt - 1, 1, Minute));
        Assert.NotEmpty(refused.Message);
        await Assert.ThrowsAsync<MessageRefusedException>(() => queue.Acknowledge(Group, first.PoppedAt, [77]));
        await Assert.ThrowsAsync<MessageRefusedException>(() => queue.Pop(new PopCommand(Group, 0, Minute)));
    }

    [Fact]
    public async Task Pop_WaitsForAMessage_AndEndsEmptyWhenNoneComes()
    {
        await using BrokerCluster cluster = await BrokerCluster.StartAsync(1);
        IMessageQueueGrain queue = cluster.Client.GetMessageQueue("Orders", "broker-0", 0);
        await queue.Append(MessageBatch.Of("x"u8, ("TAGS", "other")));
        Assert.Empty((await queue.Pop(
            new PopCommand(Group, 8, Minute, TimeSpan.FromMilliseconds(50), Tags: "mine"))).Offsets);

        Task<PopReply> waiting = queue.Pop(new PopCommand(Group, 8, Minute, TimeSpan.FromSeconds(15), Tags: "mine"));
        await queue.Append(MessageBatch.Of("y"u8, ("TAGS", "other")));
        await queue.Append(MessageBatch.Of("z"u8, ("TAGS", "mine")));

        Assert.Equal(["z"], BodiesOf(await waiting));
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Bodies(params string[] bodies) =>
        bodies.Select(body => new ReadOnlyMemory<byte>(Encoding.UTF8.GetBytes(body)));

    private static List<string> BodiesOf(PopReply reply)
    {
        var bodies = new List<string>();
        for (ReadOnlyMemory<byte> rest = reply.Records; !rest.IsEmpty;)
        {
            Assert.Equal(RecordDefect.None, RecordView.TryRead(rest.Span, out RecordView record));
            bodies.Add(Encoding.UTF8.GetString(record.Body));
            rest = rest[System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(rest.Span)..];
        }

        return bodies;
    }
}

using OrleansMq.Client.Consuming;
using OrleansMq.Client.Consuming.Queues;
using OrleansMq.Client.Receiving;
using OrleansMq.Client.Transports;
using OrleansMq.Protocol.Bodies;

namespace OrleansMq.Client.Tests.Consuming;

public sealed class AssignedQueueTests
{
    private static readonly ConsumerOptions Options = new()
    {
        Group = "billing",
        Subscriptions = new Dictionary<string, MessageFilter> { ["Orders"] = MessageFilter.All },
    };

    [Fact]
    public void Reset_ChangesNothing_WhenAPullWasToldFirst()
    {
        AssignedQueue queue = Begin(ConsumeOrder.None, offset: 100);
        queue.Redirect(0, queue.Epoch);
        Add(queue, 0, 1, 2);

        queue.Reset(0);
        Assert.Equal((3L, 3), (queue.Describe().Position, queue.Describe().Prefetched));

        queue.Reset(0);
        Assert.Equal((0L, 0), (queue.Describe().Position, queue.Describe().Prefetched));
    }

    [Fact]
    public void Reset_MakesWhatWasHandedOutBeforeCountNoMore()
    {
        AssignedQueue queue = Begin(ConsumeOrder.None, offset: 0);
        Add(queue, 0, 1);
        Assert.True(queue.TryTake(0, out HandedOut before));

        queue.Reset(0);
        Assert.False(queue.IsCurrent(before));
        Assert.True(before.Cancellation.IsCancellationRequested);
        queue.Complete(before);
        Assert.Equal((0L, 0, 0), (queue.Describe().Unfinished, queue.Describe().Prefetched, queue.Describe().Handling));
        Assert.Equal(0, Add(queue, queue.Epoch - 1, [0L, 1L]));
    }

    [Fact]
    public void TryTake_WaitsInOrderForAHandlerOfBefore_AndSaysWhenItMayGoOn()
    {
        AssignedQueue queue = Begin(ConsumeOrder.PerQueue, offset: 0);
        Add(queue, 0, 1);
        Assert.True(queue.TryTake(0, out HandedOut before));
        queue.Reset(0);
        Add(queue, 0, 1);

        Assert.False(queue.TryTake(0, out _));
        Assert.Equal(1, queue.Complete(before));
        Assert.True(queue.TryTake(0, out HandedOut again));
        Assert.Equal(0, again.Message.QueueOffset);
        Assert.False(queue.TryTake(0, out _));
    }

    [Fact]
    public void TryTake_GivesNothing_WhenTheLockIsOver()
    {
        AssignedQueue queue = Begin(ConsumeOrder.PerQueue, offset: 0);
        Add(queue, 0);
        queue.LockUntil(50);

        Assert.True(queue.IsLockOver(50));
        Assert.False(queue.TryTake(50, out _));
        Assert.True(queue.TryTake(49, out _));
    }

    [Fact]
    public void Leave_WaitsForHandlers_AndCommitsWhatTheyDid()
    {
        AssignedQueue queue = Begin(ConsumeOrder.None, offset: 0);
        Add(queue, 0, 1);
        Assert.True(queue.TryTake(0, out HandedOut handed));

        Task drained = queue.LeaveAsync();
        Assert.False(drained.IsCompleted);
        Assert.False(queue.TryTake(0, out _));
        queue.Complete(handed);
        Assert.True(drained.IsCompletedSuccessfully);
        Assert.Equal((1L, queue.Epoch), queue.ToCommit(isLast: true));

        queue.Close();
        Assert.Null(queue.ToCommit(isLast: true));
    }

    [Fact]
    public void Return_HandsAMessageOutAgain_BeforeThoseBehindIt()
    {
        AssignedQueue queue = Begin(ConsumeOrder.PerQueue, offset: 0);
        Add(queue, 0, 1);
        Assert.True(queue.TryTake(0, out HandedOut handed));
        queue.PutAside(handed);
        Assert.False(queue.TryTake(0, out _));

        Assert.Equal(1, queue.Return(handed, handed.Message.Show("Orders", 1)));
        Assert.True(queue.TryTake(0, out HandedOut again));
        Assert.Equal((0L, 1), (again.Message.QueueOffset, again.Message.ReconsumeTimes));
        Assert.Equal(1, queue.Complete(again));
        Assert.True(queue.TryTake(0, out HandedOut next));
        Assert.Equal(1, next.Message.QueueOffset);
    }

    private static AssignedQueue Begin(ConsumeOrder order, long offset)
    {
        ConsumerOptions options = Options with { Order = order };
        var queue = new AssignedQueue(
            new MessageQueueKey("Orders", "b", 0), new BrokerAddress("127.0.0.1:1", "b"), options,
            new PrefetchBudget(options));
        queue.BeginAt(offset, committed: null);
        return queue;
    }

    private static int Add(AssignedQueue queue, params long[] offsets) => Add(queue, queue.Epoch, offsets);

    private static int Add(AssignedQueue queue, int epoch, long[] offsets) => queue.Add(
        [.. offsets.Select(MessageAt)], offsets[^1] + 1, epoch);

    private static ReceivedMessage MessageAt(long offset) => new(default)
    {
        Topic = "Orders",
        QueueId = 0,
        QueueOffset = offset,
        PhysicalOffset = offset * 100,
        Body = new byte[10],
        BodyStatus = BodyStatus.Whole,
        Flag = 0,
        ReconsumeTimes = 0,
        BornTime = default,
        StoreTime = default,
        StoreHost = default,
    };
}

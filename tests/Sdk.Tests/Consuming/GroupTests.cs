using OrleansMq.Client;
using OrleansMq.Client.Consuming;
using OrleansMq.Protocol.Bodies;

namespace OrleansMq.Sdk.Tests.Consuming;

/// <summary>Members that share a group, come and go.</summary>
public sealed class GroupTests : ConsumerTest
{
    private readonly Inbox _first = new();
    private readonly Inbox _second = new();

    [Theory]
    [InlineData(ConsumeOrder.None)]
    [InlineData(ConsumeOrder.PerQueue)]
    public async Task Members_ShareTheQueues_AndGetEachMessageOnce(ConsumeOrder order)
    {
        await CreateTopicAsync(8);
        PushConsumer one = await ConsumeAsync(_first.Ack, Options with { Order = order });
        PushConsumer two = await ConsumeAsync(_second.Ack, Options with { Order = order });
        await UntilAsync("each has four queues", () => QueuesOf(one) == 4 && QueuesOf(two) == 4);

        string[] sent = await SendToAllQueuesAsync(1_000);
        await UntilAsync("all messages came", () => _first.Messages.Count + _second.Messages.Count >= 1_000);
        Assert.Equal(sent.Order(), _first.Bodies.Concat(_second.Bodies).Order());
        Assert.NotEmpty(_first.Messages);
        Assert.NotEmpty(_second.Messages);
    }

    [Fact]
    public async Task Queues_AreHandedOverAtTheirPlace_WhenAMemberComes()
    {
        await CreateTopicAsync(2);
        string[] sent = await SendToAllQueuesAsync(400);
        ConsumerOptions ordered = Options with { Order = ConsumeOrder.PerQueue };
        await ConsumeAsync(_first.Ack, ordered with { CommitInterval = TimeSpan.FromMinutes(1) });
        await _first.WaitAsync(sent);

        PushConsumer two = await ConsumeAsync(_second.Ack, ordered);
        await UntilAsync("the second has a queue", () => QueuesOf(two) == 1);
        string[] more = await SendToAllQueuesAsync(400, first: 400);
        await UntilAsync("all messages came", () => _first.Messages.Count + _second.Messages.Count >= 800);
        Assert.Equal(sent.Concat(more).Order(), _first.Bodies.Concat(_second.Bodies).Order());
    }

    [Fact]
    public async Task HandOver_WaitsForTheHandler_BeforeAnotherMemberGoesOn()
    {
        await CreateTopicAsync(2);
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        int held = 0;
        PushConsumer one = await ConsumeAsync(
            async (message, _) =>
            {
                if (Interlocked.Increment(ref held) == 2)
                    begun.SetResult();
                await release.Task;
                _first.Add(message);
                return ConsumeResult.Ack;
            },
            Options with { Order = ConsumeOrder.PerQueue });
        await UntilAsync("the first has both queues", () => QueuesOf(one) == 2);
        await SendToAllQueuesAsync(20);
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(20));

        PushConsumer two = await ConsumeAsync(_second.Ack, Options with { Order = ConsumeOrder.PerQueue });
        await UntilAsync("the first gives a queue up", () => QueuesOf(one) == 1);
        Assert.Equal((0, 0), (QueuesOf(two), _second.Messages.Count));

        release.SetResult();
        await UntilAsync("all messages came", () => _first.Messages.Count + _second.Messages.Count >= 20);
        Assert.Equal(20, _first.Bodies.Concat(_second.Bodies).Distinct().Count());
        Assert.Equal(20, _first.Messages.Count + _second.Messages.Count);
    }

    [Fact]
    public async Task Member_TakesOver_WhenAnotherDies()
    {
        await CreateTopicAsync(4);
        OrleansMqClient dying = Connect();
        PushConsumer one = dying.CreateConsumer(Options, async (message, cancellation) =>
        {
            await Task.Delay(Timeout.Infinite, cancellation);
            return ConsumeResult.Ack;
        });
        await one.StartAsync();
        PushConsumer two = await ConsumeAsync(_second.Ack);
        await UntilAsync("each has two queues", () => QueuesOf(one) == 2 && QueuesOf(two) == 2);
        string[] sent = await SendToAllQueuesAsync(100);
        await UntilAsync("the one that dies has messages", () => one.Queues.Any(queue => queue.Handling > 0));

        await dying.DisposeAsync();
        await _second.WaitAsync(sent);
        await one.StopAsync(new CancellationToken(canceled: true));
    }

    [Fact]
    public async Task Stop_WaitsForHandlers_CommitsAndLeaves()
    {
        await CreateTopicAsync(1);
        await SendToAllQueuesAsync(100);
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        PushConsumer consumer = await ConsumeAsync(
            async (message, cancellation) =>
            {
                if (message.QueueOffset == 10)
                {
                    begun.SetResult();
                    await release.Task;
                }

                _first.Add(message);
                return ConsumeResult.Ack;
            },
            Options with { Concurrency = 1, CommitInterval = TimeSpan.FromMinutes(1) });
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(20));

        Task stopping = consumer.StopAsync();
        Assert.False(stopping.IsCompleted);
        release.SetResult();
        await stopping;

        Assert.Equal(ConsumerState.Stopped, consumer.State);
        Assert.Equal(11, _first.Messages.Count);
        Assert.Equal(11, await CommittedAsync(1));
        await using BrokerClient broker = await BrokerAsync();
        await Assert.ThrowsAsync<RemotingException>(() => broker.GetMembersAsync(Group));
    }

    [Fact]
    public async Task Stop_TellsHandlersToEnd_WhenItsTimeIsOver()
    {
        await CreateTopicAsync(1);
        await SendAsync(1);
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        PushConsumer consumer = await ConsumeAsync(
            async (message, cancellation) =>
            {
                begun.SetResult();
                await Task.Delay(Timeout.Infinite, cancellation);
                return ConsumeResult.Ack;
            },
            Options with { ShutdownTimeout = TimeSpan.FromMilliseconds(50) });
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(20));

        await consumer.StopAsync();
        Assert.Equal(0, await CommittedAsync(1));
        await ConsumeAsync(_second.Ack);
        await _second.WaitAsync(["0"]);
    }

    [Fact]
    public async Task Locks_AreGivenBack_WhenAMemberStops()
    {
        await CreateTopicAsync(1);
        PushConsumer consumer = await ConsumeAsync(_first.Ack, Options with { Order = ConsumeOrder.PerQueue });
        await UntilAsync("the queue is locked", () => QueuesOf(consumer) == 1);
        var queue = new MessageQueueKey(Topic, Broker.Host.Node.Identity.BrokerName, 0);
        await using BrokerClient other = await BrokerAsync();
        Assert.Empty(await other.LockAsync(Group, [queue]));

        await consumer.StopAsync();
        Assert.Single(await other.LockAsync(Group, [queue]));
    }

    private static int QueuesOf(PushConsumer consumer) => consumer.Queues.Count(queue => queue.Topic == Topic);
}

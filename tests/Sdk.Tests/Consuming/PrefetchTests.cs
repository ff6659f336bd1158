using OrleansMq.Client;
using OrleansMq.Client.Consuming;
using OrleansMq.Client.Sending;

namespace OrleansMq.Sdk.Tests.Consuming;

/// <summary>How much a consumer holds while its handlers do not get on.</summary>
public sealed class PrefetchTests : ConsumerTest
{
    private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Inbox _inbox = new();

    [Fact]
    public async Task Queue_HoldsAsManyMessagesAsItMay()
    {
        await CreateTopicAsync(1);
        PushConsumer consumer = await HoldAsync(Options with { MaxQueueMessages = 10 });
        Assert.Equal(10, await FullAsync(consumer, queue => queue.Prefetched >= 10, queue => queue.Prefetched));
        await ReleaseAsync();
    }

    [Fact]
    public async Task Queue_HoldsAsManyBytesAsItMay_AndOnePullMore()
    {
        await CreateTopicAsync(1);
        PushConsumer consumer = await HoldAsync(
            Options with { MaxQueueBytes = 5_000, PullMessages = 2 }, bodyBytes: 1_000);
        long held = await FullAsync(consumer, queue => queue.PrefetchedBytes >= 5_000, queue => queue.PrefetchedBytes);
        Assert.InRange(held, 5_000, 7_000);
        await ReleaseAsync();
    }

    [Fact]
    public async Task Queue_IsNotReadOn_WhenTooMuchIsDoneBehindWhatIsNot()
    {
        await CreateTopicAsync(1);
        PushConsumer consumer = await HoldAsync(
            Options with { MaxQueueSpan = 20 }, isHeld: offset => offset == 0);
        await _inbox.WaitAsync(19);
        Assert.Equal(20, await FullAsync(consumer, queue => queue.Position >= 20, queue => queue.Position!.Value));
        await ReleaseAsync();
    }

    [Fact]
    public async Task Queues_HoldTogetherAsMuchAsTheyMay_AndOnePullEachMore()
    {
        await CreateTopicAsync(4);
        PushConsumer consumer = await HoldAsync(Options with { MaxMessages = 8, PullMessages = 5 });
        await UntilAsync(
            "every queue holds something",
            () => consumer.Queues.Count(queue => queue is { Topic: Topic, Prefetched: > 0 }) == 4);
        await SettledAsync(consumer);
        Assert.InRange(consumer.Queues.Sum(queue => queue.Prefetched), 8, 8 + (4 * 5));
        await ReleaseAsync();
    }

    [Fact]
    public async Task IdleQueues_TakeNoPlaceFromOtherCalls()
    {
        await CreateTopicAsync(16);
        await using OrleansMqClient client = Broker.Connect(options => options with { MaxPendingCalls = 2 });
        await using PushConsumer consumer = client.CreateConsumer(
            Options with { PollTime = TimeSpan.FromMinutes(1) }, _inbox.Ack);
        await consumer.StartAsync();
        await UntilAsync(
            "all queues have a place",
            () => consumer.Queues.Count(queue => queue is { Topic: Topic, Position: not null }) == 16);

        await SendToAllQueuesAsync(100);
        await _inbox.WaitAsync(100);
        await UntilAsync("all are committed", async () => await CommittedAsync(16) == 100);
    }

    private async Task<PushConsumer> HoldAsync(
        ConsumerOptions options, int bodyBytes = 10, Func<long, bool>? isHeld = null)
    {
        await SendAsync(100, make: (number, _) => new Message
        {
            Topic = Topic,
            Body = System.Text.Encoding.UTF8.GetBytes($"{number}".PadLeft(bodyBytes)),
            OrderingKey = $"{number}",
        });
        return await ConsumeAsync(
            async (message, _) =>
            {
                if (isHeld?.Invoke(message.QueueOffset) ?? true)
                    await _release.Task;
                _inbox.Add(message);
                return ConsumeResult.Ack;
            },
            options);
    }

    private static async Task<long> FullAsync(
        PushConsumer consumer, Func<ConsumedQueue, bool> isFull, Func<ConsumedQueue, long> measure)
    {
        await UntilAsync(
            "the queue is full", () => consumer.Queues.Any(queue => queue.Topic == Topic && isFull(queue)));
        await SettledAsync(consumer);
        return measure(consumer.Queues.Single(queue => queue.Topic == Topic));
    }

    /// <summary>Waits until nothing more comes.</summary>
    private static async Task SettledAsync(PushConsumer consumer)
    {
        long before = -1;
        await UntilAsync("positions stand still", async () =>
        {
            await Task.Yield();
            long now = consumer.Queues.Sum(queue => queue.Position ?? 0);
            bool isStill = now == before;
            before = now;
            return isStill;
        });
    }

    private async Task ReleaseAsync()
    {
        _release.SetResult();
        await _inbox.WaitAsync("all 100 messages", messages => messages.Select(Inbox.BodyOf).Distinct().Count() == 100);
    }
}

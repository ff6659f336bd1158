using System.Collections.Concurrent;
using OrleansMq.Client;
using OrleansMq.Client.Consuming;
using OrleansMq.Client.Receiving;
using OrleansMq.Client.Sending;
using OrleansMq.Protocol.Bodies;

namespace OrleansMq.Sdk.Tests.Consuming;

public sealed class OrderedConsumerTests : ConsumerTest
{
    private static readonly ConsumerOptions Ordered = Options with { Order = ConsumeOrder.PerQueue };

    private readonly Inbox _inbox = new();

    [Fact]
    public async Task Messages_AreInOrderAndOneAtATime_OfEachQueue()
    {
        await CreateTopicAsync(4);
        var atWork = new ConcurrentDictionary<int, int>();
        bool overlapped = false;
        await ConsumeAsync(
            async (message, _) =>
            {
                overlapped |= atWork.AddOrUpdate(message.QueueId, 1, (_, now) => now + 1) > 1;
                await Task.Yield();
                _inbox.Add(message);
                atWork.AddOrUpdate(message.QueueId, 0, (_, now) => now - 1);
                return ConsumeResult.Ack;
            },
            Ordered);

        await SendToAllQueuesAsync(2_000);
        await _inbox.WaitAsync(2_000);
        Assert.False(overlapped);
        foreach (IGrouping<int, ReceivedMessage> ofQueue in _inbox.Messages.GroupBy(message => message.QueueId))
            Assert.Equal(Enumerable.Range(0, ofQueue.Count()), ofQueue.Select(message => (int)message.QueueOffset));
    }

    [Fact]
    public async Task Queue_WaitsForAMessage_ThatIsTriedAgain()
    {
        await CreateTopicAsync(1);
        await SendInOrderAsync(5);
        await ConsumeAsync(
            _inbox.Answer(message => Inbox.BodyOf(message) == "2" && message.ReconsumeTimes < 2
                ? ConsumeResult.Retry(TimeSpan.FromMilliseconds(30))
                : ConsumeResult.Ack),
            Ordered);

        await _inbox.WaitAsync(7);
        Assert.Equal(["0", "1", "2", "2", "2", "3", "4"], _inbox.Bodies);
        Assert.Equal([0, 0, 0, 1, 2, 0, 0], _inbox.Messages.Select(message => message.ReconsumeTimes));
    }

    [Fact]
    public async Task Queue_GoesOn_WhenAMessageWasTriedOftenEnough()
    {
        await CreateTopicAsync(1);
        await SendInOrderAsync(3);
        await ConsumeAsync(
            (message, _) =>
            {
                _inbox.Add(message);
                return Inbox.BodyOf(message) == "1"
                    ? throw new InvalidOperationException("out of stock")
                    : ValueTask.FromResult(ConsumeResult.Ack);
            },
            Ordered with { MaxAttempts = 3 });

        await _inbox.WaitAsync(5);
        Assert.Equal(["0", "1", "1", "1", "2"], _inbox.Bodies);
        ReceivedMessage letter = await DeadLetterAsync();
        Assert.Equal(
            ("1", "ATTEMPTS_USED_UP", "3", "InvalidOperationException: out of stock"),
            (Inbox.BodyOf(letter), letter.Properties["DLQ_REASON"], letter.Properties["DLQ_ATTEMPTS"],
                letter.Properties["DLQ_ERROR"]));
    }

    [Fact]
    public async Task Queue_GoesOn_WhenAMessageIsGivenUp()
    {
        await CreateTopicAsync(1);
        await SendInOrderAsync(3);
        await ConsumeAsync(
            _inbox.Answer(message => Inbox.BodyOf(message) == "1"
                ? ConsumeResult.DeadLetter("no such customer")
                : ConsumeResult.Ack),
            Ordered);

        await _inbox.WaitAsync(3);
        Assert.Equal(["0", "1", "2"], _inbox.Bodies);
        Assert.Equal("no such customer", (await DeadLetterAsync()).Properties["DLQ_ERROR"]);
        await UntilAsync("all are committed", async () => await CommittedAsync(1) == 3);
    }

    [Fact]
    public async Task Keys_GoOnBesideAKeyThatWaits_AndEachIsInOrder()
    {
        await CreateTopicAsync(1);
        await SendAsync(300, make: (number, body) => new Message
        {
            Topic = Topic, Body = body, OrderingKey = $"{number % 3}",
        });
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await ConsumeAsync(
            async (message, _) =>
            {
                if (Inbox.BodyOf(message) == "1")
                    await release.Task;
                _inbox.Add(message);
                return ConsumeResult.Ack;
            },
            Options with { Order = ConsumeOrder.PerKey });

        await _inbox.WaitAsync(200);
        Assert.DoesNotContain(_inbox.Bodies, body => int.Parse(body) % 3 == 1);
        release.SetResult();
        await _inbox.WaitAsync(300);
        foreach (IGrouping<int, int> ofKey in _inbox.Bodies.Select(int.Parse).GroupBy(number => number % 3))
            Assert.Equal(ofKey.Order(), ofKey);
    }

    [Fact]
    public async Task Queue_IsNotConsumed_WhileAnotherHasItsLock()
    {
        await CreateTopicAsync(1);
        await SendInOrderAsync(5);
        await using BrokerClient other = await BrokerAsync();
        var queue = new MessageQueueKey(Topic, Broker.Host.Node.Identity.BrokerName, 0);
        Assert.Single(await other.LockAsync(Group, [queue]));

        PushConsumer consumer = await ConsumeAsync(_inbox.Ack, Ordered);
        await UntilAsync("the retry topic is assigned", () => consumer.Queues.Count > 0);
        Assert.DoesNotContain(consumer.Queues, one => one.Topic == Topic);
        Assert.Empty(_inbox.Messages);

        await other.UnlockAsync(Group, [queue]);
        await _inbox.WaitAsync(5);
    }

    [Fact]
    public async Task Handler_IsToldToEnd_WhenTheLockIsLost()
    {
        await CreateTopicAsync(1);
        await SendInOrderAsync(2);
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        OrleansMqClient client = Connect();
        await using PushConsumer consumer = client.CreateConsumer(
            Ordered,
            async (message, cancellation) =>
            {
                if (!told.Task.IsCompleted)
                {
                    begun.TrySetResult();
                    await using CancellationTokenRegistration _ = cancellation.Register(() => told.TrySetResult());
                    await Task.Delay(Timeout.Infinite, cancellation);
                }

                _inbox.Add(message);
                return ConsumeResult.Ack;
            });
        await consumer.StartAsync();
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(20));

        // Another client's name lets the lock be taken from under the consumer.
        await using BrokerClient thief = await BrokerClient.ConnectAsync(
            Broker.Host.EndPoint!, new ClientOptions { ClientId = client.Options.ClientId });
        var queue = new MessageQueueKey(Topic, Broker.Host.Node.Identity.BrokerName, 0);
        await thief.UnlockAsync(Group, [queue]);
        await using BrokerClient other = await BrokerAsync();
        Assert.Single(await other.LockAsync(Group, [queue]));

        await told.Task.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Empty(_inbox.Messages);
        await other.UnlockAsync(Group, [queue]);
        await _inbox.WaitAsync(2);
        Assert.Equal(["0", "1"], _inbox.Bodies);
    }
}

using OrleansMq.Client.Consuming;
using OrleansMq.Client.Receiving;
using OrleansMq.Client.Sending;

namespace OrleansMq.Sdk.Tests.Consuming;

public sealed class ConcurrentConsumerTests : ConsumerTest
{
    private readonly Inbox _inbox = new();

    [Fact]
    public async Task Messages_AreHandedOutAndCommitted_WhenTheyAreAcknowledged()
    {
        string[] sent = await SendAsync(500);
        await ConsumeAsync(_inbox.Ack);

        await _inbox.WaitAsync(sent);
        await UntilAsync("all 500 are committed", async () => await CommittedAsync(8) == 500);
        Assert.Equal(500, _inbox.Messages.Count);
    }

    [Fact]
    public async Task Handlers_RunAtTheSameTime_AsManyAsTheyMay()
    {
        await SendAsync(10);
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        int running = 0;
        int most = 0;
        await ConsumeAsync(
            async (message, _) =>
            {
                int now = Interlocked.Increment(ref running);
                InterlockedMax(ref most, now);
                if (now == 4)
                    all.TrySetResult();
                await all.Task.WaitAsync(TimeSpan.FromSeconds(20), CancellationToken.None);
                Interlocked.Decrement(ref running);
                _inbox.Add(message);
                return ConsumeResult.Ack;
            },
            Options with { Concurrency = 4 });

        await _inbox.WaitAsync(10);
        Assert.Equal(4, most);
    }

    [Fact]
    public async Task Offset_StaysBeforeTheLowestMessage_ThatIsNotDone()
    {
        await CreateTopicAsync(1);
        await SendAsync(100);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        PushConsumer consumer = await ConsumeAsync(async (message, _) =>
        {
            if (message.QueueOffset == 10)
                await release.Task;
            _inbox.Add(message);
            return ConsumeResult.Ack;
        });

        await _inbox.WaitAsync(99);
        await UntilAsync("offset 10 is committed", async () => await CommittedAsync(1) == 10);
        ConsumedQueue queue = Assert.Single(consumer.Queues, queue => queue.Topic == Topic);
        Assert.Equal((100L, 10L, 1, 1), (queue.Position, queue.Unfinished, queue.Prefetched, queue.Handling));

        release.SetResult();
        await UntilAsync("offset 100 is committed", async () => await CommittedAsync(1) == 100);
    }

    [Fact]
    public async Task Message_ComesAgainUnderItsTopic_WhenItsHandlerWantsThat()
    {
        await SendAsync(1);
        await ConsumeAsync(_inbox.Answer(message => message.ReconsumeTimes < 2
            ? ConsumeResult.Retry(TimeSpan.FromMilliseconds(100))
            : ConsumeResult.Ack));

        await _inbox.WaitAsync(3);
        Assert.Equal(["0", "0", "0"], _inbox.Bodies);
        Assert.Equal([0, 1, 2], _inbox.Messages.Select(message => message.ReconsumeTimes));
        Assert.All(_inbox.Messages, message => Assert.Equal(Topic, message.Topic));
        Assert.Single(_inbox.Messages.Select(message => message.MessageId).Distinct());
    }

    [Fact]
    public async Task Message_BecomesADeadLetterWithTheReason_WhenItsHandlerGivesItUp()
    {
        await SendAsync(1);
        await ConsumeAsync(_inbox.Answer(_ => ConsumeResult.DeadLetter("no such customer")));

        ReceivedMessage letter = await DeadLetterAsync();
        Assert.Equal("0", Inbox.BodyOf(letter));
        Assert.Equal(
            ("CONSUMER_GAVE_UP", "no such customer", "1"),
            (letter.Properties["DLQ_REASON"], letter.Properties["DLQ_ERROR"], letter.Properties["DLQ_ATTEMPTS"]));
    }

    [Fact]
    public async Task Message_BecomesADeadLetterWithTheLastReason_WhenItWasTriedOftenEnough()
    {
        await SendAsync(1);
        await ConsumeAsync(
            (message, _) =>
            {
                _inbox.Add(message);
                return message.ReconsumeTimes == 0
                    ? ValueTask.FromResult(ConsumeResult.Retry(TimeSpan.Zero))
                    : throw new InvalidOperationException("out of stock");
            },
            Options with { MaxAttempts = 2 });

        ReceivedMessage letter = await DeadLetterAsync();
        Assert.Equal(2, _inbox.Messages.Count);
        Assert.Equal(
            ("ATTEMPTS_USED_UP", "InvalidOperationException: out of stock", "2"),
            (letter.Properties["DLQ_REASON"], letter.Properties["DLQ_ERROR"], letter.Properties["DLQ_ATTEMPTS"]));
        await UntilAsync("the message is committed", async () => await CommittedAsync(8) == 1);
    }

    [Fact]
    public async Task Messages_AreThoseOfTheFilter_WhenOnlySomeTagsAreWanted()
    {
        // "Aa" and "BB" have the same hash, by which brokers filter.
        string[] tags = ["Aa", "BB", "C", "D"];
        await SendAsync(100, make: (number, body) => new Message { Topic = Topic, Body = body, Tag = tags[number % 4] });
        await ConsumeAsync(_inbox.Ack, Wanting(MessageFilter.Tags("Aa", "D")));

        await _inbox.WaitAsync(Enumerable.Range(0, 100).Where(number => number % 4 is 0 or 3).Select(number => $"{number}"));
        await UntilAsync("what is not wanted is committed too", async () => await CommittedAsync(8) == 100);
        Assert.Equal(50, _inbox.Messages.Count);
    }

    [Fact]
    public async Task Messages_AreThoseOfTheFilter_WhenItIsACondition()
    {
        await SendAsync(100, make: (number, body) => new Message
        {
            Topic = Topic,
            Body = body,
            Properties = new Dictionary<string, string> { ["price"] = $"{number}" },
        });
        await ConsumeAsync(_inbox.Ack, Wanting(MessageFilter.Sql("price >= 90")));

        await _inbox.WaitAsync(Enumerable.Range(90, 10).Select(number => $"{number}"));
        Assert.Equal(10, _inbox.Messages.Count);
    }

    [Fact]
    public async Task Messages_Arrive_WhenTheTopicComesLater()
    {
        PushConsumer consumer = await ConsumeAsync(_inbox.Ack);
        await UntilAsync("the retry topic is assigned", () => consumer.Queues.Count > 0);

        string[] sent = await SendAsync(10);
        await _inbox.WaitAsync(sent);
    }

    [Fact]
    public async Task Consumption_BeginsAtTheEnd_WhenANewGroupWantsThat()
    {
        await SendAsync(50);
        PushConsumer consumer = await ConsumeAsync(_inbox.Ack, Options with { StartAt = StartPosition.Latest });
        await UntilAsync(
            "all queues have a place", () => consumer.Queues.Count(queue => queue is { Topic: Topic, Position: not null }) == 8);

        await SendAsync(10, first: 50);
        await _inbox.WaitAsync(10);
        Assert.Equal(Enumerable.Range(50, 10), _inbox.Bodies.Select(int.Parse).Order());
    }

    [Fact]
    public async Task Consumption_GoesOnWhereTheGroupIs_WhenAMemberComesBack()
    {
        await SendAsync(50);
        PushConsumer first = await ConsumeAsync(_inbox.Ack);
        await _inbox.WaitAsync(50);
        await first.StopAsync();

        await SendAsync(10, first: 50);
        var second = new Inbox();
        await ConsumeAsync(second.Ack);
        await second.WaitAsync(10);
        Assert.Equal(Enumerable.Range(50, 10), second.Bodies.Select(int.Parse).Order());
    }

    [Fact]
    public async Task Pause_HandsOutNothing_UntilItIsResumed()
    {
        PushConsumer consumer = await ConsumeAsync(_inbox.Ack);
        await SendAsync(10);
        await _inbox.WaitAsync(10);

        consumer.Pause();
        await SendAsync(10, first: 10);
        await UntilAsync("nothing is handled", () => consumer.Queues.All(queue => queue.Handling == 0));
        Assert.Equal((ConsumerState.Paused, 10), (consumer.State, _inbox.Messages.Count));

        consumer.Resume();
        await _inbox.WaitAsync(20);
    }

    [Fact]
    public async Task Start_IsRefused_WhenTheClientConsumesForTheGroupAlready()
    {
        await using PushConsumer first = Client.CreateConsumer(Options, _inbox.Ack);
        await using PushConsumer second = Client.CreateConsumer(Options, _inbox.Ack);
        await first.StartAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(() => second.StartAsync());
        await Assert.ThrowsAsync<InvalidOperationException>(() => first.StartAsync());
    }

    [Fact]
    public void Create_NamesAllThatIsWrong()
    {
        ConsumerOptions wrong = Options with { Group = " ", Concurrency = 0, LockLifetime = TimeSpan.Zero };
        ArgumentException refusal = Assert.Throws<ArgumentException>(() => Client.CreateConsumer(wrong, _inbox.Ack));
        Assert.All(
            (string[])["Group", "Concurrency", "LockLifetime"],
            name => Assert.Contains(name, refusal.Message, StringComparison.Ordinal));
    }

    private static ConsumerOptions Wanting(MessageFilter filter) => Options with
    {
        Subscriptions = new Dictionary<string, MessageFilter> { [Topic] = filter },
    };

    private static void InterlockedMax(ref int target, int value)
    {
        int seen = Volatile.Read(ref target);
        while (value > seen && Interlocked.CompareExchange(ref target, value, seen) is var now && now != seen)
            seen = now;
    }
}

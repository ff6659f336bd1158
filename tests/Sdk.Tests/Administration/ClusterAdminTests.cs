using System.Text;
using OrleansMq.Client;
using OrleansMq.Client.Administration;
using OrleansMq.Client.Popping;
using OrleansMq.Client.Producing;
using OrleansMq.Client.Receiving;
using OrleansMq.Client.Routing;
using OrleansMq.Client.Sending;
using OrleansMq.Client.Transactions;
using OrleansMq.Protocol.Bodies;

namespace OrleansMq.Sdk.Tests.Administration;

public sealed class ClusterAdminTests : IAsyncLifetime
{
    private const string Topic = "Orders";
    private const string Group = "billing";

    private readonly CancellationToken _limit = new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;
    private readonly SdkBroker _broker = SdkBroker.Start(settings =>
    {
        settings.Broker.Pops.MinInvisibleTime = TimeSpan.FromMilliseconds(1);
        settings.Broker.OffsetFlushInterval = TimeSpan.FromMilliseconds(50);
    });

    private readonly OrleansMqClient _client;
    private readonly Producer _producer;
    private readonly ClusterAdmin _admin;

    public ClusterAdminTests()
    {
        _client = _broker.Connect(options => options with { ProducerGroup = "payers" });
        _producer = _client.CreateProducer();
        _admin = _client.Admin;
    }

    public Task InitializeAsync() => _admin.Topics.PutAsync(new TopicSettings(Topic) { WriteQueues = 2 }, _limit);

    public async Task DisposeAsync()
    {
        await _producer.DisposeAsync();
        await _client.DisposeAsync();
        await _broker.DisposeAsync();
    }

    [Fact]
    public async Task Topic_IsMadeChangedDescribedListedAndDeleted()
    {
        await _admin.Topics.PutAsync(
            new TopicSettings("Bills")
            {
                WriteQueues = 3, Attributes = new Dictionary<string, string?> { ["retention.hours"] = "24" },
            },
            _limit);
        await _admin.Topics.PutAsync(new TopicSettings("Bills") { WriteQueues = 5, IsWritable = false }, _limit);

        TopicDescription bills = await _admin.Topics.DescribeAsync("Bills", _limit);
        Assert.Equal(
            (5, 5, false, true, "24"),
            (bills.Settings.WriteQueues, bills.Settings.ReadQueues, bills.Settings.IsWritable, bills.Settings.IsReadable,
                bills.Settings.Attributes["retention.hours"]));
        Assert.Equal(5, bills.Queues.Count);
        TopicInfo[] topics = await _admin.Topics.ListAsync(cancellation: _limit).ToArrayAsync(_limit);
        Assert.Equal(["Bills", Topic], topics.Select(topic => topic.Name));
        Assert.Equal([_broker.Name], topics[0].Brokers);

        await _admin.Topics.DeleteAsync("Bills", _limit);
        await _admin.Topics.DeleteAsync("Bills", _limit);
        await Assert.ThrowsAsync<TopicNotFoundException>(() => _admin.Topics.DescribeAsync("Bills", _limit));
    }

    [Fact]
    public async Task Topic_SaysWhatItKeeps()
    {
        await SendAsync(5);

        TopicDescription topic = await _admin.Topics.DescribeAsync(Topic, _limit);

        Assert.Equal(5, topic.Messages);
        Assert.All(topic.Queues.Where(queue => queue.Messages > 0), queue => Assert.NotNull(queue.LastStored));
        Assert.True(await _admin.Topics.ListAsync(includeSystem: true, _limit).AnyAsync(t => t.Name != Topic, _limit));
    }

    [Fact]
    public async Task Group_IsMadeChangedDescribedListedAndDeleted()
    {
        await _admin.Groups.PutAsync(new GroupSettings(Group) { MaxRetries = 3, IsOrdered = true }, _limit);
        await _client.Heartbeats.JoinAsync(Group, () => new ConsumerData
        {
            GroupName = Group,
            SubscriptionDataSet = [new SubscriptionData { Topic = Topic, SubString = "a || b", TagsSet = ["a", "b"] }],
        });

        GroupDescription? group = await _admin.Groups.DescribeAsync(Group, _limit);

        Assert.NotNull(group);
        Assert.Equal((3, true, true), (group.Settings.MaxRetries, group.Settings.IsOrdered, group.IsOnline));
        Assert.Equal(_client.Options.ClientId, Assert.Single(group.Members).ClientId);
        Assert.Equal("a || b", group.Subscriptions[Topic]);
        Assert.Contains(Group, await _admin.Groups.ListAsync(_limit).Select(each => each.Name).ToListAsync(_limit));

        await _client.Heartbeats.LeaveAsync(Group);
        await _admin.Groups.DeleteAsync(Group, _limit);
        Assert.Null(await _admin.Groups.DescribeAsync(Group, _limit));
    }

    [Fact]
    public async Task Lag_CountsWhatWaits_AndSinceWhen()
    {
        IReadOnlyList<SendReceipt> sent = await SendAsync(10, queue: "one");
        var queue = new MessageQueueKey(Topic, _broker.Name, sent[0].QueueId);
        await _admin.Offsets.CommitAsync(Group, queue, 4, _limit);

        GroupLag lag = await _admin.Groups.GetLagAsync(Group, cancellation: _limit);

        ReceivedMessage? oldest = await _admin.Messages.ViewAsync(sent[4].OffsetMessageId, _limit);
        Assert.Equal((6, oldest!.StoreTime), (lag.Messages, lag.OldestUnread));
        QueueLag ofQueue = lag.Queues.Single(each => each.Queue == queue);
        Assert.Equal((4, 10, 6), (ofQueue.Committed, ofQueue.End, ofQueue.Messages));
        Assert.Equal(lag.At - oldest.StoreTime, lag.Delay);

        await _admin.Offsets.SkipAsync(Group, Topic, _limit);
        GroupLag none = await _admin.Groups.GetLagAsync(Group, cancellation: _limit);
        Assert.Equal((0, null, TimeSpan.Zero), (none.Messages, none.OldestUnread, none.Delay));
    }

    [Fact]
    public async Task Lag_SaysWhy_WhenThereIsNoSuchGroup() =>
        await Assert.ThrowsAsync<RemotingException>(() => _admin.Groups.GetLagAsync("nobody", cancellation: _limit));

    [Fact]
    public async Task Offsets_AreReset_ToATimeAndToAPlace_AndCloned()
    {
        IReadOnlyList<SendReceipt> sent = await SendAsync(10, queue: "one");
        var queue = new MessageQueueKey(Topic, _broker.Name, sent[0].QueueId);
        await _admin.Offsets.CommitAsync(Group, queue, 10, _limit);

        IReadOnlyDictionary<MessageQueueKey, long> toTime = await _admin.Offsets.ResetAsync(
            Group, Topic, DateTimeOffset.UnixEpoch.AddDays(1), _limit);
        Assert.Equal(0, toTime[queue]);

        Assert.Equal(7, await _admin.Offsets.ResetAsync(Group, queue, 7, _limit));
        Assert.Equal(7, (await _admin.Offsets.QueryAsync(Group, Topic, _limit))[queue]);

        await _admin.Offsets.CloneAsync(Group, "copy", Topic, _limit);
        Assert.Equal(7, (await _admin.Offsets.QueryAsync("copy", Topic, _limit))[queue]);
        Assert.All((await _admin.Offsets.QueryAsync("nobody", Topic, _limit)).Values, Assert.Null);
    }

    [Fact]
    public async Task Offsets_NameTheBrokersThereAre_WhenOneIsNone()
    {
        ArgumentException refusal = await Assert.ThrowsAsync<ArgumentException>(
            () => _admin.Offsets.CommitAsync(Group, new MessageQueueKey(Topic, "elsewhere", 0), 1, _limit));

        Assert.Contains(_broker.Name, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Message_IsFound_ByEachOfItsNames()
    {
        SendReceipt receipt = await _producer.SendAsync(
            new Message { Topic = Topic, Keys = "order-7 other", Body = "seven"u8.ToArray() }, _limit);
        await _producer.SendAsync(new Message { Topic = Topic, Keys = "order-8" }, _limit);

        ReceivedMessage? byPlace = await _admin.Messages.ViewAsync(receipt.OffsetMessageId, _limit);
        ReceivedMessage byKey = await _admin.Messages.FindAsync(Topic, "order-7", cancellation: _limit).SingleAsync(_limit);
        ReceivedMessage byId = await _admin.Messages.FindAsync(Topic, receipt.MessageId, cancellation: _limit)
            .SingleAsync(_limit);
        MessageTrace trace = await _admin.Messages.TraceAsync(receipt.MessageId, Topic, cancellation: _limit)
            .SingleAsync(_limit);

        Assert.All(
            [byPlace!, byKey, byId],
            found => Assert.Equal((receipt.MessageId, _broker.Name), (found.MessageId, found.BrokerName)));
        Assert.Equal(receipt.OffsetMessageId, Assert.Single(trace.Messages).MessageId);
        await Assert.ThrowsAsync<ArgumentException>(() => _admin.Messages.ViewAsync("nonsense", _limit));
        Assert.Empty(await _admin.Messages.FindAsync(Topic, "order-9", cancellation: _limit).ToListAsync(_limit));
    }

    [Fact]
    public async Task DeadLetters_AreListedShownAndSentAgainOnce()
    {
        await MakeDeadLettersAsync(3);
        var all = new DeadLetterSelection(Group);

        (string BrokerName, DeadLetterSummary Group) summary =
            await _admin.DeadLetters.ListGroupsAsync(_limit).SingleAsync(_limit);
        List<DeadLetterEntry> letters = await _admin.DeadLetters.ListAsync(all, _limit)
            .Select(each => each.Letter).ToListAsync(_limit);
        (string BrokerName, DeadLetterDetails Letter)? shown =
            await _admin.DeadLetters.ShowAsync(Group, letters[0].MessageId, _limit);

        Assert.Equal((Group, 3), (summary.Group.Group, summary.Group.Count));
        Assert.Equal(3, letters.Count);
        Assert.Equal(letters[0].MessageId, shown!.Value.Letter.Letter.MessageId);
        Assert.Null(await _admin.DeadLetters.ShowAsync(Group, "nonsense", _limit));

        Assert.Equal(
            ["WOULD_SEND", "WOULD_SEND", "WOULD_SEND"], await ResendAsync(all, new ResendOptions { IsDryRun = true }));
        Assert.Equal(
            ["SENT", "NOT_FOUND"],
            await ResendAsync(all with { MessageIds = [letters[1].MessageId, "nonsense"] }, new ResendOptions()));
        Assert.Equal(
            ["ALREADY_SENT", "SENT", "SENT"], (await ResendAsync(all, new ResendOptions())).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Transactions_AreListedAndEnded()
    {
        await using TransactionProducer producer = _client.CreateTransactionProducer();
        for (int number = 0; number < 3; number++)
        {
            await producer.SendInTransactionAsync(
                new Message
                {
                    Topic = Topic,
                    Properties = new Dictionary<string, string> { [TransactionProducer.CheckerGrainProperty] = "grain" },
                },
                (_, _) => ValueTask.FromResult(TransactionOutcome.Unknown), _limit);
        }

        List<TransactionInfo> open = await _admin.Transactions.ListAsync(producerGroup: "payers", cancellation: _limit)
            .ToListAsync(_limit);
        await _admin.Transactions.EndAsync(open[0].BrokerName, open[0].CommitLogOffset, isCommit: true, _limit);
        await _admin.Transactions.EndAsync(open[1].BrokerName, open[1].CommitLogOffset, isCommit: false, _limit);

        Assert.Equal(3, open.Count);
        Assert.Equal(
            open[2].UniqueKey, (await _admin.Transactions.ListAsync(cancellation: _limit).SingleAsync(_limit)).UniqueKey);
        Assert.Equal(1, (await _admin.Topics.DescribeAsync(Topic, _limit)).Messages);
        List<string> unreachable = [];
        Assert.Empty(await _admin.Transactions.ListAsync(
            brokerName: "elsewhere", unreachable: unreachable, cancellation: _limit).ToListAsync(_limit));
        Assert.Equal(["elsewhere"], unreachable);
    }

    [Fact]
    public async Task Brokers_SayHowTheyAre()
    {
        await SendAsync(4);

        BrokerStatus status = await _admin.Brokers.GetStatusAsync(_limit).SingleAsync(_limit);

        Assert.Equal((_broker.Name, true, true, 4), (status.Name, status.IsReachable, status.IsActive, status.MessagesStored));
        Assert.StartsWith("OrleansMq-", status.Version, StringComparison.Ordinal);
        Assert.InRange(status.DiskUsed!.Value, 0, 1);
        Assert.NotNull(status.OldestMessage);
        Assert.Equal(
            "ASYNC_FLUSH", (await _admin.Brokers.GetConfigurationAsync(_broker.Name, _limit))["flushDiskType"]);
    }

    private Task<IReadOnlyList<SendReceipt>> SendAsync(int count, string? queue = null) => _producer.SendAsync(
        Enumerable.Range(0, count).Select(number => new Message
        {
            Topic = Topic, OrderingKey = queue, Body = Encoding.UTF8.GetBytes($"{number}"),
        }),
        _limit);

    private async Task MakeDeadLettersAsync(int count)
    {
        await _admin.Groups.PutAsync(new GroupSettings(Group) { MaxRetries = 0 }, _limit);
        await SendAsync(count);
        await using SimpleConsumer consumer = _client.CreateSimpleConsumer(new SimpleConsumerOptions(Group, Topic));
        await using BrokerClient broker = await BrokerClient.ConnectAsync(_broker.Host.EndPoint!, cancellation: _limit);
        for (int sentBack = 0; sentBack < count;)
        {
            foreach (PoppedMessage message in await consumer.ReceiveAsync(count, cancellation: _limit))
            {
                await broker.SendBackAsync(Group, message.Message, delayLevel: -1, cancellation: _limit);
                await consumer.AckAsync(message, _limit);
                sentBack++;
            }
        }
    }

    private async Task<List<string>> ResendAsync(DeadLetterSelection selection, ResendOptions options) =>
        await _admin.DeadLetters.ResendAsync(selection, options, _limit)
            .Select(each => each.Letter.Outcome).ToListAsync(_limit);
}

using System.Globalization;
using System.Text;
using OrleansMq.Client;
using OrleansMq.Client.Producing;
using OrleansMq.Client.Reading;
using OrleansMq.Client.Receiving;
using OrleansMq.Client.Routing;
using OrleansMq.Client.Sending;

namespace OrleansMq.Sdk.Tests.Reading;

public sealed class TopicReaderTests : IAsyncLifetime
{
    private const string Topic = "Orders";
    private static readonly ReadOptions ToTheEnd = new() { StopsAtEnd = true };

    private readonly SdkBroker _broker = SdkBroker.Start();
    private readonly CancellationToken _limit = new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;
    private readonly OrleansMqClient _client;
    private readonly Producer _producer;

    public TopicReaderTests()
    {
        _client = _broker.Connect();
        _producer = _client.CreateProducer();
    }

    public async Task InitializeAsync()
    {
        await using BrokerClient broker = await BrokerClient.ConnectAsync(_broker.Host.EndPoint!);
        await broker.CreateTopicAsync(Topic, 4);
    }

    public async Task DisposeAsync()
    {
        await _producer.DisposeAsync();
        await _client.DisposeAsync();
        await _broker.DisposeAsync();
    }

    [Fact]
    public async Task Read_GivesAllMessagesInTheOrderOfTheirQueues_AndEnds()
    {
        await SendAsync(0, 3_000);

        List<ReceivedMessage> read = await ReadAllAsync(ToTheEnd);

        Assert.Equal(Enumerable.Range(0, 3_000), read.Select(NumberOf).Order());
        AssertInOrder(read);
        Assert.All(read, message => Assert.Equal(_broker.Name, message.BrokerName));
    }

    [Fact]
    public async Task Read_LeavesOutWhatComesLater_WhenItStopsAtTheEnd()
    {
        await SendAsync(0, 10);
        await using TopicReader reader = await _client.OpenReaderAsync(Topic, ToTheEnd, _limit);
        await SendAsync(10, 10);

        Assert.Equal(Enumerable.Range(0, 10), (await RestAsync(reader)).Select(NumberOf).Order());
    }

    [Fact]
    public async Task Read_EndsAtOnce_WhenTheTopicIsEmpty() => Assert.Empty(await ReadAllAsync(ToTheEnd));

    [Fact]
    public async Task Read_Follows_FromTheEndOn()
    {
        await SendAsync(0, 10);
        await using TopicReader reader = await OpenAsync(new ReadOptions { From = ReadPosition.Latest });

        await SendAsync(10, 10);

        Assert.Equal(Enumerable.Range(10, 10), (await TakeAsync(reader, 10)).Select(NumberOf).Order());
    }

    [Fact]
    public async Task Read_HasAQueueAlone_WhenItIsNamed()
    {
        await SendAsync(0, 400);
        (string, int) queue = (_broker.Name, 2);

        List<ReceivedMessage> read = await ReadAllAsync(ToTheEnd with { Queue = queue });

        Assert.NotEmpty(read);
        Assert.All(read, message => Assert.Equal(2, message.QueueId));
        Assert.Equal(Enumerable.Range(0, read.Count).Select(offset => (long)offset), read.Select(m => m.QueueOffset));
    }

    [Fact]
    public async Task Open_NamesTheQueuesThereAre_WhenTheOneWantedIsNone()
    {
        ArgumentException refusal = await Assert.ThrowsAsync<ArgumentException>(
            () => OpenAsync(new ReadOptions { Queue = ("elsewhere", 7) }));

        Assert.Contains($"{_broker.Name}/3", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_Fails_WhenTheTopicDoesNotExist() =>
        await Assert.ThrowsAsync<TopicNotFoundException>(() => _client.OpenReaderAsync("Nothing"));

    [Fact]
    public async Task Read_Fails_WhenTheConditionCannotBeRead()
    {
        RemotingException refusal = await Assert.ThrowsAsync<RemotingException>(
            () => ReadAllAsync(new ReadOptions { Filter = MessageFilter.Sql("a > ") }));

        Assert.Equal(Protocol.Codes.ResponseCode.SubscriptionParseFailed, refusal.Code);
    }

    [Fact]
    public async Task Read_GivesWhatTheFilterWants_ByTagAndByCondition()
    {
        for (int number = 0; number < 60; number++)
        {
            await _producer.SendAsync(new Message
            {
                Topic = Topic,
                Body = BodyOf(number),
                Tag = number % 3 == 0 ? "third" : "other",
                Properties = new Dictionary<string, string> { ["n"] = $"{number}" },
            });
        }

        List<ReceivedMessage> tagged = await ReadAllAsync(ToTheEnd with { Filter = MessageFilter.Tags("third", "x") });
        List<ReceivedMessage> high = await ReadAllAsync(ToTheEnd with { Filter = MessageFilter.Sql("n >= 50") });

        Assert.Equal(Enumerable.Range(0, 20).Select(n => n * 3), tagged.Select(NumberOf).Order());
        Assert.Equal(Enumerable.Range(50, 10), high.Select(NumberOf).Order());
    }

    [Fact]
    public async Task Read_BeginsAtATime()
    {
        await SendAsync(0, 20);
        DateTimeOffset last = (await ReadAllAsync(ToTheEnd)).Max(message => message.StoreTime);
        while (DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() <= last.ToUnixTimeMilliseconds())
            await Task.Yield();
        await SendAsync(20, 20);

        List<ReceivedMessage> read = await ReadAllAsync(
            ToTheEnd with { From = ReadPosition.AtTime(last.AddMilliseconds(1)) });

        Assert.Equal(Enumerable.Range(20, 20), read.Select(NumberOf).Order());
    }

    [Fact]
    public async Task Seek_GivesNothingFromBefore_WhenMuchWasReadAhead()
    {
        await SendAsync(0, 2_000);
        await using TopicReader reader = await OpenAsync();
        List<ReceivedMessage> first = await TakeAsync(reader, 100);

        await reader.SeekAsync(ReadPosition.Latest);
        await SendAsync(2_000, 50);
        List<ReceivedMessage> last = await TakeAsync(reader, 50);
        await reader.SeekAsync(ReadPosition.AtOffset(5));
        List<ReceivedMessage> again = await TakeAsync(reader, 2_050 - (4 * 5));

        AssertInOrder(first);
        Assert.Equal(Enumerable.Range(2_000, 50), last.Select(NumberOf).Order());
        Assert.Equal(2_030, again.Select(NumberOf).Distinct().Count());
        Assert.Equal(5, again.Min(message => message.QueueOffset));
        AssertInOrder(again);
    }

    [Fact]
    public async Task Seek_MovesOneQueueOnly_WhenItIsNamed()
    {
        await SendAsync(0, 400);
        await using TopicReader reader = await OpenAsync();
        List<ReceivedMessage> all = await TakeAsync(reader, 400);

        await reader.SeekAsync(_broker.Name, 1, ReadPosition.Earliest);
        int wanted = all.Count(message => message.QueueId == 1);
        List<ReceivedMessage> again = await TakeAsync(reader, wanted);

        Assert.Equal(all.Where(m => m.QueueId == 1).Select(NumberOf), again.Select(NumberOf));
        Assert.False(reader.TryRead(out _));
    }

    [Fact]
    public async Task Read_GoesOnWhereItWas_WhenTheBrokerIsRestarted()
    {
        await SendAsync(0, 500);
        await using TopicReader reader = await OpenAsync(new ReadOptions { MaxBufferedMessages = 64 });
        List<ReceivedMessage> read = await TakeAsync(reader, 100);

        for (int round = 1; round <= 3; round++)
        {
            await _broker.RestartAsync();
            await SendAsync(round * 500, 500);
            read.AddRange(await TakeAsync(reader, 500));
        }

        read.AddRange(await TakeAsync(reader, 400));
        Assert.Equal(Enumerable.Range(0, 2_000), read.Select(NumberOf).Order());
        AssertInOrder(read);
    }

    [Fact]
    public async Task Read_HoldsNoMoreThanAllowed_WhenNobodyTakes()
    {
        await SendAsync(0, 1_000);
        await using TopicReader reader = await OpenAsync(new ReadOptions { MaxBufferedMessages = 100 });
        await reader.ReadAsync(_limit);
        await WaitUntilAsync(() => ReadAhead() > 60);

        Assert.InRange(ReadAhead(), 61, 100);
        Assert.Equal(999, (await TakeAsync(reader, 999)).Count);

        int ReadAhead() => reader.BufferedCount;
    }

    [Fact]
    public async Task Commit_LetsAnotherReaderOfTheGroupGoOn()
    {
        await SendAsync(0, 300);
        var options = new ReadOptions { Group = "readers" };
        await using (TopicReader first = await OpenAsync(options))
        {
            await TakeAsync(first, 120);
            await first.CommitAsync();
            await TakeAsync(first, 10);
        }

        List<ReceivedMessage> rest = await ReadAllAsync(options with { StopsAtEnd = true });

        Assert.Equal(180, rest.Count);
    }

    [Fact]
    public async Task Read_SeesQueuesThatAreAdded_WhileItFollows()
    {
        await using OrleansMqClient client = _broker.Connect(
            options => options with { RouteRefreshInterval = TimeSpan.FromMilliseconds(1) });
        await using TopicReader reader = await client.OpenReaderAsync(
            Topic, new ReadOptions { HoldTime = TimeSpan.FromMilliseconds(20) });
        await using BrokerClient broker = await BrokerClient.ConnectAsync(_broker.Host.EndPoint!);

        await broker.CreateTopicAsync(Topic, 5);
        await broker.SendAsync(new Message { Topic = Topic, Body = BodyOf(7) }, queueId: 4);

        Assert.Equal(4, (await TakeAsync(reader, 1))[0].QueueId);
    }

    [Fact]
    public async Task Read_GoesOnAtTheEnd_WhenItsOffsetIsBeyondIt()
    {
        await using TopicReader reader = await OpenAsync(new ReadOptions { From = ReadPosition.AtOffset(1_000_000) });
        await WaitUntilAsync(() => reader.Positions.Values.All(place => place == 0));

        await SendAsync(0, 4);

        Assert.Equal(4, (await TakeAsync(reader, 4)).Count);
        Assert.Equal(0, reader.Missed);
    }

    [Fact]
    public async Task Enumeration_EndsAtOnce_WhenItIsCancelledInAHeldPull()
    {
        using var stop = new CancellationTokenSource();
        var reading = Task.Run(async () =>
        {
            await foreach (ReceivedMessage message in _client.ReadAsync(Topic, cancellation: stop.Token))
                Assert.Fail($"There is none, but {message.MessageId} came.");
        });
        await WaitUntilAsync(() => _client.Connections.Open.Any(broker => broker.Connection.PendingCount >= 4));

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.WaitAsync(TimeSpan.FromSeconds(5)));
        Assert.All(_client.Connections.Open, broker => Assert.Equal(0, broker.Connection.PendingCount));
    }

    [Fact]
    public async Task Read_FailsWithTheReason_WhenTheTopicIsDeleted_AndSoDoesSeek()
    {
        await SendAsync(0, 20);
        await using TopicReader reader = await OpenAsync(new ReadOptions { HoldTime = TimeSpan.FromMilliseconds(20) });
        await TakeAsync(reader, 20);

        await _client.Admin.Topics.DeleteAsync(Topic, _limit);

        await Assert.ThrowsAsync<RemotingException>(() => reader.ReadAsync(_limit).AsTask());
        await Assert.ThrowsAsync<RemotingException>(() => reader.SeekAsync(ReadPosition.Earliest, _limit));
    }

    [Fact]
    public async Task Read_SaysSo_WhenTheReaderIsDisposed()
    {
        TopicReader reader = await OpenAsync();
        Task reading = reader.ReadAsync(_limit).AsTask();

        await reader.DisposeAsync();
        await reader.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => reading);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => reader.SeekAsync(ReadPosition.Earliest));
    }

    [Fact]
    public async Task Commit_SaysWhatIsMissing_WhenThereIsNoGroup()
    {
        await using TopicReader reader = await OpenAsync();

        InvalidOperationException refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => reader.CommitAsync());

        Assert.Contains("Group", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_NamesAllThatIsWrong_WhenOptionsCannotWork()
    {
        ArgumentException refusal = await Assert.ThrowsAsync<ArgumentException>(() => OpenAsync(
            new ReadOptions { MaxBufferedMessages = 0, From = ReadPosition.Committed }));

        Assert.Contains("MaxBufferedMessages is 0", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("needs a Group", refusal.Message, StringComparison.Ordinal);
    }

    private static int NumberOf(ReceivedMessage message) =>
        int.Parse(Encoding.UTF8.GetString(message.Body.Span), CultureInfo.InvariantCulture);

    private static byte[] BodyOf(int number) => Encoding.UTF8.GetBytes($"{number}");

    private static void AssertInOrder(IEnumerable<ReceivedMessage> messages)
    {
        foreach (IGrouping<int, ReceivedMessage> queue in messages.GroupBy(message => message.QueueId))
        {
            long[] offsets = [.. queue.Select(message => message.QueueOffset)];
            Assert.Equal(Enumerable.Range(0, offsets.Length).Select(index => offsets[0] + index), offsets);
        }
    }

    private Task<IReadOnlyList<SendReceipt>> SendAsync(int first, int count) => _producer.SendAsync(
        Enumerable.Range(first, count).Select(number => new Message
        {
            Topic = Topic, Body = BodyOf(number), OrderingKey = $"{number}",
        }));

    private Task<TopicReader> OpenAsync(ReadOptions? options = null) =>
        _client.OpenReaderAsync(Topic, options, _limit);

    private async Task<List<ReceivedMessage>> ReadAllAsync(ReadOptions options)
    {
        await using TopicReader reader = await OpenAsync(options);
        return await RestAsync(reader);
    }

    private async Task<List<ReceivedMessage>> RestAsync(TopicReader reader)
    {
        List<ReceivedMessage> read = [];
        await foreach (ReceivedMessage message in reader.WithCancellation(_limit))
            read.Add(message);
        return read;
    }

    private async Task<List<ReceivedMessage>> TakeAsync(TopicReader reader, int count)
    {
        List<ReceivedMessage> read = [];
        while (read.Count < count && await reader.ReadAsync(_limit) is { } message)
            read.Add(message);
        return read;
    }

    private async Task WaitUntilAsync(Func<bool> condition)
    {
        while (!condition())
            await Task.Delay(1, _limit);
    }
}

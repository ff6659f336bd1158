using System.Text;
using OrleansMq.Client.Receiving;
using OrleansMq.Client.Sending;
using OrleansMq.Client.Tests.Connections;
using OrleansMq.Client.Tests.Receiving;
using OrleansMq.Messages.Properties;
using OrleansMq.Messages.Records;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Client.Tests;

/// <summary>Requests and answers; the same over every transport.</summary>
public abstract class BrokerClientTests(TransportKind kind) : IDisposable
{
    private readonly ScriptedBroker _broker = ScriptedBroker.Over(kind);

    public void Dispose()
    {
        _broker.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Send_WritesAllOfTheMessage_AndReturnsItsPlace()
    {
        await using BrokerClient client = await ConnectAsync();
        var message = new Message
        {
            Topic = "orders",
            Body = "hello"u8.ToArray(),
            Tag = "paid",
            Keys = "a b",
            UniqueKey = "U1",
            Flag = 7,
            DelayLevel = 2,
            DeliverAt = DateTimeOffset.FromUnixTimeMilliseconds(1234),
            Properties = new Dictionary<string, string> { ["city"] = "Köln" },
        };
        Task<SendOutcome> send = client.SendAsync(message, 3).AsTask();

        RemotingCommand request = await _broker.ReceiveAsync();
        await _broker.AnswerAsync(
            request, ResponseCode.Success, default, ("msgId", "ID"), ("queueId", "3"), ("queueOffset", "99"));

        Assert.Equal((int)RequestCode.SendMessageV2, request.Code);
        Assert.Equal(["orders", "3", "0", "7"], new[] { "b", "e", "f", "h" }.Select(name => request.Fields[name]));
        Assert.Equal("hello", Encoding.UTF8.GetString(request.Body.Span));
        Dictionary<string, string> properties = PropertyBlock.ToDictionary(Encoding.UTF8.GetBytes(request.Fields["i"]));
        Assert.Equal("DELAY=2 KEYS=a b TAGS=paid TIMER_DELIVER_MS=1234 UNIQ_KEY=U1 city=Köln", string.Join(
            ' ', properties.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(
                pair => $"{pair.Key}={pair.Value}")));
        Assert.Equal(new SendOutcome(SendStatus.Ok, 3, 99, "U1", "ID"), await send);
    }

    [Theory]
    [InlineData(ResponseCode.FlushDiskTimeout, SendStatus.FlushDiskTimeout)]
    [InlineData(ResponseCode.FlushSlaveTimeout, SendStatus.ReplicationTimeout)]
    [InlineData(ResponseCode.SlaveNotAvailable, SendStatus.ReplicaNotAvailable)]
    public async Task Send_SaysHowSafeTheMessageIs(ResponseCode code, SendStatus expected)
    {
        await using BrokerClient client = await ConnectAsync();
        Task<SendOutcome> send = client.SendAsync(new Message { Topic = "orders" }).AsTask();

        await _broker.AnswerAsync(
            await _broker.ReceiveAsync(), code, default, ("msgId", "ID"), ("queueId", "0"), ("queueOffset", "0"));

        Assert.Equal(expected, (await send).Status);
    }

    [Fact]
    public async Task Send_Fails_WhenTheBrokerRefuses()
    {
        await using BrokerClient client = await ConnectAsync();
        Task<SendOutcome> send = client.SendAsync(new Message { Topic = "orders" }).AsTask();
        RemotingCommand answer = ScriptedBroker.AnswerTo(await _broker.ReceiveAsync(), ResponseCode.NoPermission);
        answer.Remark = "closed";

        await _broker.SendAsync(answer);

        RemotingException refused = await Assert.ThrowsAsync<RemotingException>(() => send);
        Assert.Equal(ResponseCode.NoPermission, refused.Code);
        Assert.Equal("closed", refused.Remark);
    }

    [Fact]
    public async Task Send_CompressesLongBodies_ThatGetShorter()
    {
        await using BrokerClient client = await ConnectAsync();
        byte[] body = new byte[4096];
        Task<SendOutcome> send = client.SendAsync(new Message { Topic = "orders", Body = body }).AsTask();

        RemotingCommand request = await _broker.ReceiveAsync();
        await _broker.AnswerAsync(
            request, ResponseCode.Success, default, ("msgId", "ID"), ("queueId", "0"), ("queueOffset", "0"));
        await send;

        Assert.Equal(((int)SystemFlags.Compressed).ToString(System.Globalization.CultureInfo.InvariantCulture),
            request.Fields["f"]);
        Assert.Equal(BodyStatus.Whole,
            BodyDecompressor.Decompress(request.Body, ClientOptions.Default, out ReadOnlyMemory<byte> whole));
        Assert.Equal(body, whole.ToArray());
    }

    [Fact]
    public async Task Send_LeavesBodiesAsTheyAre_WhenCompressionDoesNotHelp()
    {
        await using BrokerClient client = await ConnectAsync();
        byte[] body = new byte[5000];
        new Random(1).NextBytes(body);
        Task<SendOutcome> send = client.SendAsync(new Message { Topic = "orders", Body = body }).AsTask();

        RemotingCommand request = await _broker.ReceiveAsync();
        await _broker.AnswerAsync(
            request, ResponseCode.Success, default, ("msgId", "ID"), ("queueId", "0"), ("queueOffset", "0"));
        await send;

        Assert.Equal("0", request.Fields["f"]);
        Assert.Equal(body, request.Body.ToArray());
    }

    [Fact]
    public async Task Send_RefusesProperty_ThatHasAMemberOfItsOwn()
    {
        await using BrokerClient client = await ConnectAsync();
        var message = new Message { Topic = "orders", Properties = new Dictionary<string, string> { ["TAGS"] = "x" } };

        await Assert.ThrowsAsync<ArgumentException>(() => client.SendAsync(message).AsTask());
    }

    [Fact]
    public async Task Send_GivesEveryMessageAnIdentifierOfItsOwn()
    {
        await using BrokerClient client = await ConnectAsync();
        string[] keys = [await client.SendOneWayAsync(new Message { Topic = "a" }),
            await client.SendOneWayAsync(new Message { Topic = "a" })];

        Assert.NotEqual(keys[0], keys[1]);
        Assert.All(keys, key => Assert.Matches("^[0-9A-F]{32}$", key));
        Assert.True((await _broker.ReceiveAsync()).IsOneWay);
    }

    [Fact]
    public async Task SendBatch_WritesItems_AndReturnsTheirPlaces()
    {
        await using BrokerClient client = await ConnectAsync();
        Message[] messages = [.. "ab".Select(
            letter => new Message { Topic = "orders", Body = new[] { (byte)letter }, Tag = $"{letter}" })];
        Task<BatchOutcome> send = client.SendBatchAsync(messages, 1).AsTask();

        RemotingCommand request = await _broker.ReceiveAsync();
        await _broker.AnswerAsync(
            request, ResponseCode.Success, default, ("msgId", "X,Y"), ("queueId", "1"), ("queueOffset", "10"));

        Assert.Equal((int)RequestCode.SendBatchMessage, request.Code);
        Assert.Equal(["a/a", "b/b"], ReadBatch(request.Body.Span));
        BatchOutcome outcome = await send;
        Assert.Equal((SendStatus.Ok, 1, 10L), (outcome.Status, outcome.QueueId, outcome.FirstQueueOffset));
        Assert.Equal(["X", "Y"], outcome.OffsetMessageIds);
    }

    [Fact]
    public async Task SendBatch_RefusesMessages_OfDifferentTopics()
    {
        await using BrokerClient client = await ConnectAsync();

        await Assert.ThrowsAsync<ArgumentException>(
            () => client.SendBatchAsync([new Message { Topic = "a" }, new Message { Topic = "b" }]).AsTask());
    }

    [Fact]
    public async Task Pull_ReturnsMessages_AndWhereToGoOn()
    {
        await using BrokerClient client = await ConnectAsync();
        var pull = new PullRequest(
            "g", "orders", 3, 42) { Wait = TimeSpan.FromSeconds(1), Expression = "a || b", CommitOffset = 40 };
        Task<PullOutcome> pulling = client.PullAsync(pull).AsTask();

        RemotingCommand request = await _broker.ReceiveAsync();
        await _broker.AnswerAsync(
            request, ResponseCode.Success, SampleRecord.Of("x"u8), ("nextBeginOffset", "43"), ("minOffset", "1"),
            ("maxOffset", "50"));

        Assert.Equal(["g", "orders", "3", "42", "32", "7", "40", "1000", "a || b"], new[]
        {
            "consumerGroup", "topic", "queueId", "queueOffset", "maxMsgNums", "sysFlag", "commitOffset",
            "suspendTimeoutMillis", "subscription",
        }.Select(name => request.Fields[name]));
        PullOutcome outcome = await pulling;
        Assert.Equal((PullStatus.Found, 43L, 1L, 50L),
            (outcome.Status, outcome.NextOffset, outcome.MinOffset, outcome.MaxOffset));
        Assert.Equal(42, Assert.Single(outcome.Messages).QueueOffset);
    }

    [Theory]
    [InlineData(ResponseCode.PullNotFound, PullStatus.NoNewMessage)]
    [InlineData(ResponseCode.PullRetryImmediately, PullStatus.NoMatchingMessage)]
    [InlineData(ResponseCode.PullOffsetMoved, PullStatus.OffsetMoved)]
    public async Task Pull_SaysWhy_WhenThereIsNoMessage(ResponseCode code, PullStatus expected)
    {
        await using BrokerClient client = await ConnectAsync();
        Task<PullOutcome> pulling = client.PullAsync(new PullRequest("g", "orders", 0, 5)).AsTask();

        await _broker.AnswerAsync(
            await _broker.ReceiveAsync(), code, default, ("nextBeginOffset", "9"), ("minOffset", "0"),
            ("maxOffset", "9"));

        PullOutcome outcome = await pulling;
        Assert.Equal((expected, 9L, 0), (outcome.Status, outcome.NextOffset, outcome.Messages.Count));
    }

    [Fact]
    public async Task QueryOffset_ReturnsNull_WhenNoneIsCommitted()
    {
        await using BrokerClient client = await ConnectAsync();
        Task<long?> query = client.QueryOffsetAsync("g", "orders", 0).AsTask();

        await _broker.AnswerAsync(await _broker.ReceiveAsync(), ResponseCode.QueryNotFound);

        Assert.Null(await query);
    }

    [Fact]
    public async Task Heartbeat_NamesTheClient_AndItsGroups()
    {
        await using BrokerClient client = await ConnectAsync(
            new ClientOptions { ClientId = "c1", ProducerGroup = "p1" });
        Task heartbeat = client.HeartbeatAsync([new ConsumerData { GroupName = "g" }]);

        RemotingCommand request = await _broker.ReceiveAsync();
        await _broker.AnswerAsync(request, ResponseCode.Success);
        await heartbeat;

        Assert.True(HeartbeatData.TryRead(request.Body.Span, out HeartbeatData? data, out _));
        Assert.Equal("c1", data.ClientId);
        Assert.Equal("g", Assert.Single(data.ConsumerDataSet).GroupName);
        Assert.Equal("p1", Assert.Single(data.ProducerDataSet).GroupName);
    }

    [Fact]
    public async Task Lock_ReturnsTheQueues_ThatTheBrokerGranted()
    {
        await using BrokerClient client = await ConnectAsync();
        var granted = new MessageQueueKey("orders", "broker-a", 1);
        Task<IReadOnlyList<MessageQueueKey>> locking = client.LockAsync("g", [granted, granted with { QueueId = 2 }]);
        using var body = new OutputBuffer();
        new LockBatchResponse { LockOkMqSet = [granted] }.WriteTo(body);

        await _broker.AnswerAsync(await _broker.ReceiveAsync(), ResponseCode.Success, body.WrittenMemory);

        Assert.Equal([granted], await locking);
    }

    [Fact]
    public async Task SendBack_NamesTheMessage_AndTheTries()
    {
        await using BrokerClient client = await ConnectAsync();
        ReceivedMessage message = RecordDecoder.Decode(SampleRecord.Of("x"u8), null, ClientOptions.Default)[0];
        Task sending = client.SendBackAsync("g", message, delayLevel: 1, maxTries: 3);

        RemotingCommand request = await _broker.ReceiveAsync();
        await _broker.AnswerAsync(request, ResponseCode.Success);
        await sending;

        Assert.Equal(["4096", "g", "1", message.OffsetMessageId, "orders", "3"], new[]
        {
            "offset", "group", "delayLevel", "originMsgId", "originTopic", "maxReconsumeTimes",
        }.Select(name => request.Fields[name]));
    }

    [Fact]
    public async Task View_AsksForThePlace_OfTheIdentifier()
    {
        await using BrokerClient client = await ConnectAsync();
        Task<ReceivedMessage> viewing = client.ViewAsync("0A00000200002A9F0000000000001000");

        RemotingCommand request = await _broker.ReceiveAsync();
        await _broker.AnswerAsync(request, ResponseCode.Success, SampleRecord.Of("x"u8));

        Assert.Equal("4096", request.Fields["offset"]);
        Assert.Equal(4096, (await viewing).PhysicalOffset);
        await Assert.ThrowsAsync<ArgumentException>(() => client.ViewAsync("nonsense"));
    }

    [Fact]
    public async Task QueryByKey_ReturnsNothing_WhenNothingIsFound()
    {
        await using BrokerClient client = await ConnectAsync();
        Task<IReadOnlyList<ReceivedMessage>> query = client.QueryByKeyAsync("orders", "k");

        await _broker.AnswerAsync(await _broker.ReceiveAsync(), ResponseCode.QueryNotFound);

        Assert.Empty(await query);
    }

    [Fact]
    public async Task GetRoute_ReturnsNull_WhenTheTopicDoesNotExist()
    {
        await using BrokerClient client = await ConnectAsync();
        Task<TopicRouteData?> route = client.GetRouteAsync("orders");

        await _broker.AnswerAsync(await _broker.ReceiveAsync(), ResponseCode.TopicNotExist);

        Assert.Null(await route);
    }

    [Fact]
    public async Task GroupChanged_IsRaised_WhenTheBrokerSaysSo()
    {
        await using BrokerClient client = await ConnectAsync();
        var changed = new TaskCompletionSource<string>();
        client.GroupChanged += changed.SetResult;
        var push = new RemotingCommand { Code = (int)RequestCode.NotifyConsumerIdsChanged, Flag = CommandFlags.OneWay };
        push.Fields["consumerGroup"] = "g";

        await _broker.SendAsync(push);

        Assert.Equal("g", await changed.Task.WaitAsync(ScriptedBroker.Limit));
    }

    private async Task<BrokerClient> ConnectAsync(ClientOptions? options = null)
    {
        Task<BrokerClient> connecting = BrokerClient.ConnectAsync(_broker.Transport, _broker.Address, options);
        await _broker.AcceptAsync();
        return await connecting;
    }

    private static List<string> ReadBatch(ReadOnlySpan<byte> body)
    {
        var items = new List<string>();
        while (BatchItem.TryRead(ref body, out BatchItem item))
            items.Add($"{Encoding.UTF8.GetString(item.Body)}/{PropertyBlock.ToDictionary(item.Properties)["TAGS"]}");
        Assert.True(body.IsEmpty);
        return items;
    }
}

public sealed class SocketBrokerClientTests() : BrokerClientTests(TransportKind.Socket);

public sealed class InProcessBrokerClientTests() : BrokerClientTests(TransportKind.InProcess);

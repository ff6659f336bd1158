using System.Globalization;
using System.IO.Compression;
using System.Text;
using OrleansMq.Messages.Identity;
using OrleansMq.Messages.Properties;
using OrleansMq.Messages.Records;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Gateway.Tests.Requests;

/// <summary>Request and reply as clients of RocketMQ 4.6 and later do it.</summary>
public sealed class ReplyTests : IAsyncDisposable
{
    private const string ReplyTopic = "DefaultCluster_REPLY_TOPIC";
    private const string RequestProperties =
        "CORRELATION_ID\u0001c-1\u0002REPLY_TO_CLIENT\u0001asker\u0002TTL\u00013000\u0002";
    private const string ReplyProperties = RequestProperties + "MSG_TYPE\u0001reply\u0002";

    /// <summary>The message has several tags.</summary>
    private const int MultipleTags = 2;

    private readonly TestBroker _broker = new();
    private readonly TestClient _requester;
    private readonly TestClient _replier;

    public ReplyTests()
    {
        _requester = _broker.Connect();
        _replier = _broker.Connect();
        _requester.Produce("asker", "askers");
    }

    [Fact]
    public void Request_NamesTheCluster_SoThatWhoRepliesFindsTheTopic()
    {
        _requester.SendMessage("Questions", "how much?", RequestProperties);
        Assert.Equal("DefaultCluster", PropertyOf("Questions", "CLUSTER"));
        Assert.Equal("c-1", PropertyOf("Questions", "CORRELATION_ID"));

        RemotingCommand route = _replier.Call(
            (int)RequestCode.GetRouteInfoByTopic, new() { ["topic"] = ReplyTopic });
        string body = Encoding.UTF8.GetString(route.Body.Span);
        Assert.Contains("\"writeQueueNums\":1", body, StringComparison.Ordinal);
        Assert.Contains("\"perm\":6", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(RequestCode.SendReplyMessage)]
    [InlineData(RequestCode.SendReplyMessageV2)]
    public async Task Reply_ReachesTheRequester_AndIsStored(RequestCode code)
    {
        Task<RemotingCommand> replying = ReplyAsync(code: code);
        RemotingCommand pushed = _requester.ReceiveRequest();
        _requester.Answer(pushed, ResponseCode.Success);
        RemotingCommand answer = await replying;

        Assert.Equal((int)RequestCode.PushReplyMessageToClient, pushed.Code);
        Assert.Equal("42 euros", Encoding.UTF8.GetString(pushed.Body.Span));
        Assert.Equal(
            ("producers", ReplyTopic, "TBW102", "4", "0", "2", "17", "5", "0", "false", "127.0.0.1:9876"),
            (pushed.Fields["producerGroup"], pushed.Fields["topic"], pushed.Fields["defaultTopic"],
                pushed.Fields["defaultTopicQueueNums"], pushed.Fields["queueId"], pushed.Fields["sysFlag"],
                pushed.Fields["bornTimestamp"], pushed.Fields["flag"], pushed.Fields["reconsumeTimes"],
                pushed.Fields["unitMode"], pushed.Fields["storeHost"]));
        Assert.StartsWith("127.0.0.1:", pushed.Fields["bornHost"], StringComparison.Ordinal);
        Dictionary<string, string> properties =
            PropertyBlock.ToDictionary(Encoding.UTF8.GetBytes(pushed.Fields["properties"]));
        Assert.Equal(("c-1", "asker", "3000"), (
            properties["CORRELATION_ID"], properties["REPLY_TO_CLIENT"], properties["TTL"]));
        Assert.Equal(pushed.Fields["storeTimestamp"], properties["PUSH_REPLY_TIME"]);

        Assert.Equal((int)ResponseCode.Success, answer.Code);
        Assert.Equal(("0", "0"), (answer.Fields["queueId"], answer.Fields["queueOffset"]));
        Assert.True(OffsetMessageId.TryParse(answer.Fields["msgId"], out OffsetMessageId id));
        using var record = new OutputBuffer();
        Assert.True(_broker.Node.Queries.TryView(id.PhysicalOffset, record));
        Assert.Equal(RecordDefect.None, RecordView.TryRead(record.WrittenSpan, out RecordView stored));
        Assert.Equal("42 euros", Encoding.UTF8.GetString(stored.Body));
        Assert.Equal(SystemFlags.MultipleTags, stored.SystemFlags);
        Assert.False(stored.TryGetProperty(PropertyNames.PushReplyTime, out _));
        Assert.False(stored.TryGetProperty(PropertyNames.Cluster, out _));
    }

    /// <summary>The bytes are no text, so that whoever read or wrote them as such would change them.</summary>
    [Fact]
    public async Task Reply_PassesAsItIs_WhenItIsCompressed()
    {
        byte[] body = Compress(string.Concat(Enumerable.Repeat("42 euros, ", 100)));
        Task<RemotingCommand> replying = Task.Run(() => _replier.SendMessage(
            ReplyTopic, body, ReplyProperties, sysFlag: (int)SystemFlags.Compressed,
            code: RequestCode.SendReplyMessageV2));
        RemotingCommand pushed = _requester.ReceiveRequest();
        _requester.Answer(pushed, ResponseCode.Success);
        RemotingCommand answer = await replying;

        Assert.Equal(((int)ResponseCode.Success, "1"), (answer.Code, pushed.Fields["sysFlag"]));
        Assert.Equal(body, pushed.Body.ToArray());
        Assert.True(OffsetMessageId.TryParse(answer.Fields["msgId"], out OffsetMessageId id));
        using var record = new OutputBuffer();
        Assert.True(_broker.Node.Queries.TryView(id.PhysicalOffset, record));
        Assert.Equal(RecordDefect.None, RecordView.TryRead(record.WrittenSpan, out RecordView stored));
        Assert.Equal(body, stored.Body.ToArray());
        Assert.Equal(SystemFlags.Compressed, stored.SystemFlags);
    }

    [Fact]
    public async Task Reply_IsOnlyHandedOver_WhenRepliesAreNotStored()
    {
        await using var broker = new TestBroker(options => options.ClientCalls.StoreReplies = false);
        TestClient requester = broker.Connect();
        requester.Produce("asker", "askers");
        TestClient replier = broker.Connect();
        Task<RemotingCommand> replying = Task.Run(() => replier.SendMessage(
            ReplyTopic, "42 euros", ReplyProperties, code: RequestCode.SendReplyMessageV2));
        requester.Answer(requester.ReceiveRequest(), ResponseCode.Success);
        RemotingCommand answer = await replying;

        Assert.Equal((int)ResponseCode.Success, answer.Code);
        Assert.Equal(("0", "0", "0"), (answer.Fields["msgId"], answer.Fields["queueId"], answer.Fields["queueOffset"]));
        Assert.Equal(0, broker.Node.Topics.Find(ReplyTopic)!.Queue(0).MaxOffset);
    }

    [Fact]
    public async Task Reply_IsStoredAndRefused_WhenTheRequesterIsGone()
    {
        _requester.Dispose();
        Assert.True(SpinWait.SpinUntil(
            () => _broker.Node.Producers.FindClient("asker") is null, TimeSpan.FromSeconds(20)));
        RemotingCommand answer = await ReplyAsync();

        Assert.Equal((int)ResponseCode.SystemError, answer.Code);
        Assert.Contains("'asker'", answer.Remark, StringComparison.Ordinal);
        Assert.Equal(1, _broker.Node.Topics.Find(ReplyTopic)!.Queue(0).MaxOffset);
    }

    [Fact]
    public async Task Reply_SaysWhatTheRequesterSaid_WhenItDoesNotTakeIt()
    {
        Task<RemotingCommand> replying = ReplyAsync();
        _requester.Answer(_requester.ReceiveRequest(), ResponseCode.SystemError, remark: "nobody waits");
        RemotingCommand answer = await replying;

        Assert.Equal((int)ResponseCode.SystemError, answer.Code);
        Assert.Contains("nobody waits", answer.Remark, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reply_SaysWhatIsMissing_WhenItNamesNoRequester()
    {
        RemotingCommand answer = await ReplyAsync("CORRELATION_ID\u0001c-1\u0002");
        Assert.Equal((int)ResponseCode.SystemError, answer.Code);
        Assert.Contains("REPLY_TO_CLIENT", answer.Remark, StringComparison.Ordinal);
    }

    /// <summary>
    /// Whether it still waits only the requester knows: its time counts from the request, of which the reply does not
    /// say when it was made.
    /// </summary>
    [Fact]
    public async Task Reply_IsHandedOver_WhenTheRequesterMayNotWaitAnyMore()
    {
        Task<RemotingCommand> replying = ReplyAsync(
            ReplyProperties.Replace("3000", "0", StringComparison.Ordinal));
        _requester.Answer(_requester.ReceiveRequest(), ResponseCode.Success);
        Assert.Equal((int)ResponseCode.Success, (await replying).Code);
    }

    [Fact]
    public async Task Reply_ReachesTheRequester_WhenItLeftAnotherOfItsGroups()
    {
        _requester.Produce("asker", "others");
        _requester.Call(
            (int)RequestCode.UnregisterClient, new() { ["clientID"] = "asker", ["producerGroup"] = "askers" });
        Task<RemotingCommand> replying = ReplyAsync();
        _requester.Answer(_requester.ReceiveRequest(), ResponseCode.Success);
        Assert.Equal((int)ResponseCode.Success, (await replying).Code);
    }

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    private Task<RemotingCommand> ReplyAsync(
        string properties = ReplyProperties, RequestCode code = RequestCode.SendReplyMessageV2) =>
        Task.Run(() => _replier.SendMessage(ReplyTopic, "42 euros", properties, sysFlag: MultipleTags, code: code));

    private static byte[] Compress(string text)
    {
        using var compressed = new MemoryStream();
        using (var zlib = new ZLibStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
            zlib.Write(Encoding.UTF8.GetBytes(text));
        return compressed.ToArray();
    }

    private string? PropertyOf(string topic, string name)
    {
        RemotingCommand pulled = _replier.Call((int)RequestCode.PullMessage, new()
        {
            ["consumerGroup"] = "consumers",
            ["topic"] = topic,
            ["queueId"] = "0",
            ["queueOffset"] = 0.ToString(CultureInfo.InvariantCulture),
            ["maxMsgNums"] = "1",
            ["sysFlag"] = "4",
            ["commitOffset"] = "0",
            ["suspendTimeoutMillis"] = "0",
            ["subscription"] = "*",
            ["subVersion"] = "1",
        });
        Assert.Equal(RecordDefect.None, RecordView.TryRead(pulled.Body.Span, out RecordView record));
        return PropertyBlock.ToDictionary(record.Properties).GetValueOrDefault(name);
    }
}

using System.Text;
using OrleansMq.Messages.Records;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Gateway.Tests.Requests;

/// <summary>Traces as RocketMQ's clients write and look them up, and what makes them write any.</summary>
public sealed class TraceTests : IAsyncDisposable
{
    private const string TraceTopic = "RMQ_SYS_TRACE_TOPIC";
    private const char Field = '\u0001';
    private const char Record = '\u0002';

    private readonly TestBroker _broker = new();
    private readonly TestClient _client;

    public TraceTests() => _client = _broker.Connect();

    /// <summary>The fields of a send, 10.</summary>
    public static Dictionary<string, string> Message(string topic, string properties) => new()
    {
        ["producerGroup"] = "producers",
        ["topic"] = topic,
        ["defaultTopic"] = "TBW102",
        ["defaultTopicQueueNums"] = "1",
        ["queueId"] = "0",
        ["sysFlag"] = "0",
        ["bornTimestamp"] = "1700000000000",
        ["flag"] = "0",
        ["properties"] = properties,
    };

    [Fact]
    public void TraceTopic_HasARoute_AndCountsAsTheBrokersOwn()
    {
        RemotingCommand answer = _client.Call(
            (int)RequestCode.GetRouteInfoByTopic, new() { ["topic"] = TraceTopic });
        Assert.True(TopicRouteData.TryRead(answer.Body.Span, out TopicRouteData? route, out _));
        Assert.Equal((1, 1, 6), (
            route.QueueDatas[0].ReadQueueNums, route.QueueDatas[0].WriteQueueNums, route.QueueDatas[0].Perm));

        answer = _client.Call((int)RequestCode.GetSystemTopicListFromNameServer);
        Assert.True(TopicList.TryRead(answer.Body.Span, out TopicList? topics, out _));
        Assert.Contains(TraceTopic, topics.Topics);
    }

    [Theory]
    [InlineData(TraceTopic)]
    [InlineData("my-traces")]
    public void Trace_IsFoundByTheIdsOfItsMessages_AsItWasWritten(string topic)
    {
        string trace = Published("7F0000010001", "order-1") + Published("7F0000010002", "order-2");
        string keys = "7F0000010001 order-1 7F0000010002 order-2";

        RemotingCommand sent = _client.Call(
            (int)RequestCode.SendMessage,
            Message(topic, $"KEYS{Field}{keys}{Record}UNIQ_KEY{Field}TRACE-1{Record}WAIT{Field}true{Record}"), trace);
        Assert.Equal((int)ResponseCode.Success, sent.Code);

        foreach (string key in keys.Split(' '))
        {
            RemotingCommand found = _client.Call((int)RequestCode.QueryMessage, Query(topic, key));
            Assert.Equal((int)ResponseCode.Success, found.Code);
            Assert.Equal(RecordDefect.None, RecordView.TryRead(found.Body.Span, out RecordView record));
            Assert.Equal(trace, Encoding.UTF8.GetString(record.Body));
            Assert.Equal(found.Body.Length, record.Bytes.Length);
        }

        RemotingCommand pulled = _client.Call((int)RequestCode.PullMessage, PullOf("trace-readers", topic));
        Assert.Equal((int)ResponseCode.Success, pulled.Code);
    }

    [Theory]
    [InlineData(RequestCode.SendMessage, SerializeType.Json)]
    [InlineData(RequestCode.SendMessage, SerializeType.Binary)]
    [InlineData(RequestCode.SendMessageV2, SerializeType.Json)]
    [InlineData(RequestCode.SendMessageV2, SerializeType.Binary)]
    public void Send_IsAnsweredWithTheRegion_AndThatTracesAreWanted(RequestCode code, SerializeType serializeType)
    {
        RemotingCommand answer = _client.SendMessage("Orders", "one", code: code, serializeType: serializeType);
        Assert.Equal("DefaultRegion", answer.Fields["MSG_REGION"]);
        Assert.Equal("true", answer.Fields["TRACE_ON"]);
    }

    [Fact]
    public async Task Send_IsAnsweredThatNoTracesAreWanted_WhenTheOptionSaysSo()
    {
        await using var broker = new TestBroker(options =>
        {
            options.Tracing.ClientTraces = false;
            options.Tracing.Region = "eu-1";
        });
        RemotingCommand answer = broker.Connect().Call((int)RequestCode.SendMessage, Message("Orders", ""), "one");
        Assert.Equal(("eu-1", "false"), (answer.Fields["MSG_REGION"], answer.Fields["TRACE_ON"]));
    }

    [Theory]
    [InlineData(SerializeType.Json)]
    [InlineData(SerializeType.Binary)]
    public void Trace_TellsWhoGotAMessage_ByTheIdOfItsHeartbeat(SerializeType serializeType)
    {
        RemotingCommand sent = _client.Call(
            (int)RequestCode.SendMessage, Message("Orders", $"UNIQ_KEY{Field}U-1{Record}"), "one");
        TestClient consumer = _broker.Connect();
        consumer.Call((int)RequestCode.Heartbeat, body: """
            {"clientID":"10.0.0.1@7","producerDataSet":[],"consumerDataSet":[{"groupName":"consumers",
            "consumeType":"CONSUME_PASSIVELY","messageModel":"CLUSTERING","consumeFromWhere":"CONSUME_FROM_FIRST_OFFSET",
            "subscriptionDataSet":[{"topic":"Orders","subString":"*","subVersion":1}]}]}
            """);
        Assert.Equal("NOT_CONSUMED_YET", TraceOf(sent.Fields["msgId"], null, serializeType).Status);

        consumer.Call((int)RequestCode.PullMessage, PullOf("consumers", "Orders"));
        GroupTrace delivered = TraceOf("U-1", "Orders", serializeType);
        Assert.Equal(("DELIVERED", "10.0.0.1@7"), (delivered.Status, Assert.Single(delivered.Deliveries).Client));

        consumer.Call((int)RequestCode.UpdateConsumerOffset, new()
        {
            ["consumerGroup"] = "consumers", ["topic"] = "Orders", ["queueId"] = "0", ["commitOffset"] = "1",
        });
        GroupTrace consumed = TraceOf("U-1", "Orders", serializeType);
        Assert.Equal(("CONSUMED", "10.0.0.1@7"), (consumed.Status, consumed.AcknowledgedBy));
    }

    [Fact]
    public void Trace_SaysWhatIsMissing_WhenThereIsNoSuchMessage()
    {
        RemotingCommand answer = _client.Call((int)RequestCode.TraceMessage, new() { ["msgId"] = "U-1" });
        Assert.Equal((int)ResponseCode.QueryNotFound, answer.Code);
        Assert.Contains("give the topic", answer.Remark, StringComparison.Ordinal);
    }

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    private GroupTrace TraceOf(string id, string? topic, SerializeType serializeType)
    {
        var fields = new Dictionary<string, string> { ["msgId"] = id };
        if (topic is not null)
            fields["topic"] = topic;
        RemotingCommand answer = _client.Call((int)RequestCode.TraceMessage, fields, serializeType: serializeType);
        Assert.True(answer.Code == (int)ResponseCode.Success, answer.Remark);
        Assert.True(MessageTrace.TryRead(answer.Body.Span, out MessageTrace? trace, out _));
        TracedMessage message = Assert.Single(trace.Messages);
        Assert.Equal(("STORED", "Orders", "U-1", "broker-a"), (message.State, message.Topic, message.UniqueKey, trace.Broker));
        return Assert.Single(message.Groups);
    }

    private static Dictionary<string, string> PullOf(string group, string topic) => new()
    {
        ["consumerGroup"] = group,
        ["topic"] = topic,
        ["queueId"] = "0",
        ["queueOffset"] = "0",
        ["maxMsgNums"] = "32",
        ["sysFlag"] = "4",
        ["commitOffset"] = "0",
        ["suspendTimeoutMillis"] = "0",
        ["subscription"] = "*",
        ["subVersion"] = "1",
    };

    /// <summary>What RocketMQ's producers write of a message that they sent.</summary>
    private static string Published(string messageId, string key) => string.Join(
        Field, "Pub", "1700000000000", "DefaultRegion", "producers", "Orders", messageId, "tag", key,
        "127.0.0.1:9876", "5", "3", "0", "7F00000100002693", "true") + Record;

    private static Dictionary<string, string> Query(string topic, string key) => new()
    {
        ["topic"] = topic,
        ["key"] = key,
        ["maxNum"] = "64",
        ["beginTimestamp"] = "0",
        ["endTimestamp"] = long.MaxValue.ToString(System.Globalization.CultureInfo.InvariantCulture),
    };
}

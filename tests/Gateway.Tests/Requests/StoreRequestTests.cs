using System.Text;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Gateway.Tests.Requests;

/// <summary>A look into the store, and lists of topics and groups to be created.</summary>
public sealed class StoreRequestTests : IAsyncDisposable
{
    private readonly TestBroker _broker = new();
    private readonly TestClient _client;
    private readonly AdminClient _admin;

    public StoreRequestTests()
    {
        _client = _broker.Connect();
        _admin = new AdminClient(_client);
    }

    [Fact]
    public void Entries_AreWhereTheMessagesLie()
    {
        _admin.Send("Orders", "first", "TAGS\u0001TagA");
        _admin.Send("Orders", "second");

        ConsumeQueueEntries entries = Entries("index=0", "count=10");

        Assert.Equal((0, 2), (entries.MinQueueIndex, entries.MaxQueueIndex));
        ConsumeQueueData first = entries.QueueData![0];
        Assert.Equal((0, 2_598_919, false), (first.PhysicOffset, first.TagsCode, first.Eval));
        Assert.Equal(first.PhysicSize, entries.QueueData[1].PhysicOffset);
        Assert.Null(entries.SubscriptionData);
        Assert.Single(Entries("index=1", "count=10").QueueData!);
        Assert.Single(Entries("index=0", "count=1").QueueData!);
        Assert.Null(Entries("index=2", "count=10").QueueData);
    }

    [Fact]
    public void Entries_SayWhatAGroupSelects()
    {
        _admin.Send("Orders", "first", "TAGS\u0001TagA");
        _admin.Send("Orders", "second", "TAGS\u0001TagB");
        _admin.CallWith(RequestCode.Heartbeat, """
            {"clientID":"one","consumerDataSet":[{"groupName":"consumers","consumeType":"CONSUME_PASSIVELY",
            "messageModel":"CLUSTERING","consumeFromWhere":"CONSUME_FROM_LAST_OFFSET",
            "subscriptionDataSet":[{"topic":"Orders","subString":"TagA","expressionType":"TAG","subVersion":7}]}]}
            """);

        ConsumeQueueEntries entries = Entries("index=0", "count=10", "consumerGroup=consumers");

        Assert.Equal([true, false], entries.QueueData!.Select(entry => entry.Eval));
        Assert.Equal("TagA", entries.SubscriptionData!.SubString);
        Assert.Equal(
            "others@Orders is not online!",
            Entries("index=0", "count=10", "consumerGroup=others").FilterData);
    }

    [Fact]
    public void Entries_AreRefused_OfAQueueThatDoesNotExist()
    {
        RemotingCommand answer = _admin.Refused(
            RequestCode.QueryConsumeQueue, ResponseCode.SystemError, "topic=NoSuch", "queueId=0", "index=0", "count=2");

        Assert.Contains("'NoSuch'", answer.Remark, StringComparison.Ordinal);
    }

    [Fact]
    public void Offsets_AreGiven_AsRocketMqKeepsThem()
    {
        _admin.Send("Orders", "first");
        _admin.Pull("consumers", "Orders", 0);
        _admin.Commit("consumers", "Orders", 1);

        string body = Encoding.UTF8.GetString(_admin.Call(RequestCode.GetAllConsumerOffset).Body.Span);

        Assert.Contains("\"Orders@consumers\":{\"0\":1}", Compact(body), StringComparison.Ordinal);
        Assert.Equal(
            """{"offsetTable":{}}""",
            Encoding.UTF8.GetString(_admin.Call(RequestCode.GetAllDelayOffset).Body.Span));
    }

    [Fact]
    public void Topics_AreCreated_AsAList()
    {
        _admin.CallWith(RequestCode.UpdateAndCreateTopicList, """
            {"topicConfigList":[{"topicName":"One","readQueueNums":3,"writeQueueNums":2,"perm":6,"order":true,
            "attributes":{"+message.type":"FIFO","-cleanup.policy":""}},{"topicName":"Two"}]}
            """);

        Assert.Equal((3, 2, true), (TopicOf("One").ReadQueueNums, TopicOf("One").WriteQueueNums, TopicOf("One").Order));
        Assert.Equal(new() { ["message.type"] = "FIFO" }, TopicOf("One").Attributes);
        Assert.Equal(16, TopicOf("Two").ReadQueueNums);
    }

    [Fact]
    public void AttributesOfAList_ChangeThoseTheyName_AndLeaveTheOthers()
    {
        Put("""{"+message.type":"FIFO","+retention.hours":"24"}""");
        Put("{}");
        Put("""{"+retention.bytes":"1000","-message.type":""}""");

        Assert.Equal(
            new() { ["retention.hours"] = "24", ["retention.bytes"] = "1000" }, TopicOf("One").Attributes);

        void Put(string attributes) => _admin.CallWith(
            RequestCode.UpdateAndCreateTopicList,
            $$$"""{"topicConfigList":[{"topicName":"One","attributes":{{{attributes}}}}]}""");
    }

    [Theory]
    [InlineData("{}", "topicConfigList")]
    [InlineData("""{"topicConfigList":[{"readQueueNums":3}]}""", "topicName")]
    [InlineData("""{"topicConfigList":[{"topicName":"Good"},{"topicName":"not good"}]}""", "'not good'")]
    [InlineData(
        """{"topicConfigList":[{"topicName":"Good","attributes":{"+retention.hours":"never"}}]}""", "1 to 87600")]
    [InlineData(
        """{"topicConfigList":[{"topicName":"Good","attributes":{"+retention.hours":"1","-retention.hours":""}}]}""",
        "changed twice")]
    [InlineData(
        """{"topicConfigList":[{"topicName":"Good","attributes":{"+retention.hours":"1","retention.hours":"1"}}]}""",
        "neither '+name=value' nor '-name'")]
    [InlineData(
        """{"topicConfigList":[{"topicName":"Good","attributes":{"+message.type":"FIFO,-retention.hours"}}]}""",
        "comma")]
    public void Topics_AreRefused_WithTheOneThatIsWrong(string body, string expected)
    {
        RemotingCommand answer = _client.Call((int)RequestCode.UpdateAndCreateTopicList, body: body);

        Assert.Equal((int)ResponseCode.SystemError, answer.Code);
        Assert.Contains(expected, answer.Remark, StringComparison.Ordinal);
    }

    [Fact]
    public void Groups_AreCreated_AsAList()
    {
        _admin.CallWith(
            RequestCode.UpdateAndCreateSubscriptionGroupList,
            """{"groupConfigList":[{"groupName":"one","retryMaxTimes":3},{"groupName":"two"}]}""");

        byte[] body = _admin.Call(RequestCode.GetSubscriptionGroupConfig, "group=one").Body.ToArray();
        Assert.True(SubscriptionGroupConfig.TryRead(body, out SubscriptionGroupConfig? group, out _));
        Assert.Equal(3, group.RetryMaxTimes);
        _admin.Call(RequestCode.GetSubscriptionGroupConfig, "group=two");

        RemotingCommand refused = _client.Call(
            (int)RequestCode.UpdateAndCreateSubscriptionGroupList, body: """{"groupConfigList":[{}]}""");
        Assert.Contains("groupName", refused.Remark, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "false")]
    [InlineData(1, "true")]
    public void DataVersion_SaysWhetherTheTopicsChanged(int counterAhead, string expected)
    {
        _admin.CreateTopic("Orders");
        Broker.Metadata.DataVersion version = _broker.Node.Topics.Version;
        string body =
            $$"""{"counter":{{version.Counter + counterAhead}},"stateVersion":0,"timestamp":{{version.Timestamp}}}""";

        RemotingCommand answer = _admin.CallWith(
            RequestCode.QueryDataVersion, body, "brokerName=broker-a", "brokerAddr=127.0.0.1:9876",
            "clusterName=DefaultCluster", "brokerId=0");

        Assert.Equal(expected, answer.Fields["changed"]);
        Assert.Contains(
            $"\"counter\":{version.Counter}", Encoding.UTF8.GetString(answer.Body.Span), StringComparison.Ordinal);
    }

    [Fact]
    public void DataVersion_IsUnknown_OfAnotherBroker()
    {
        RemotingCommand answer = _admin.CallWith(
            RequestCode.QueryDataVersion, """{"counter":1,"timestamp":1}""", "brokerName=other",
            "brokerAddr=127.0.0.1:1", "clusterName=DefaultCluster", "brokerId=0");

        Assert.Equal(("true", 0), (answer.Fields["changed"], answer.Body.Length));
    }

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    private static string Compact(string json) => string.Concat(json.Where(letter => !char.IsWhiteSpace(letter)));

    private TopicConfig TopicOf(string topic)
    {
        byte[] body = _admin.Call(RequestCode.GetTopicConfig, $"topic={topic}").Body.ToArray();
        Assert.True(TopicConfig.TryRead(body, out TopicConfig? config, out string? problem), problem);
        return config!;
    }

    private ConsumeQueueEntries Entries(params string[] fields)
    {
        byte[] body = _admin.Call(RequestCode.QueryConsumeQueue, ["topic=Orders", "queueId=0", .. fields]).Body.ToArray();
        Assert.True(ConsumeQueueEntries.TryRead(body, out ConsumeQueueEntries? entries, out string? problem), problem);
        return entries!;
    }
}

using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Codes;

namespace OrleansMq.Protocol.Tests.Bodies;

/// <summary>Bodies that clients send, and those that they get.</summary>
public sealed class ClientBodyTests
{
    private const string JavaHeartbeat =
        """{"clientID":"10.0.0.1@42","consumerDataSet":[{"consumeFromWhere":"CONSUME_FROM_FIRST_OFFSET","consume"""
        + """Type":"CONSUME_PASSIVELY","groupName":"g","messageModel":"CLUSTERING","subscriptionDataSet":[{"class"""
        + """FilterMode":false,"codeSet":[97,-98],"expressionType":"TAG","subString":"a || b","subVersion":170000"""
        + """0000000,"tagsSet":["a","b"],"topic":"t"}],"unitMode":false}],"heartbeatFingerprint":0,"producerDataSet":"""
        + """[{"groupName":"CLIENT_INNER_PRODUCER"}],"withoutSub":false}""";

    [Fact]
    public void Heartbeat_IsRead_AsTheJavaClientSendsIt()
    {
        Assert.True(HeartbeatData.TryRead(BodyText.Bytes(JavaHeartbeat), out HeartbeatData? heartbeat, out _));

        Assert.Equal("10.0.0.1@42", heartbeat.ClientId);
        Assert.Equal("CLIENT_INNER_PRODUCER", Assert.Single(heartbeat.ProducerDataSet).GroupName);
        ConsumerData consumer = Assert.Single(heartbeat.ConsumerDataSet);
        Assert.Equal("g", consumer.GroupName);
        Assert.Equal(ConsumeType.ConsumePassively, consumer.ConsumeType);
        Assert.Equal(MessageModel.Clustering, consumer.MessageModel);
        Assert.Equal(ConsumeFromWhere.ConsumeFromFirstOffset, consumer.ConsumeFromWhere);
        SubscriptionData subscription = Assert.Single(consumer.SubscriptionDataSet);
        Assert.Equal("t", subscription.Topic);
        Assert.Equal("a || b", subscription.SubString);
        Assert.Equal(["a", "b"], subscription.TagsSet);
        Assert.Equal([97, -98], subscription.CodeSet);
        Assert.Equal(1700000000000, subscription.SubVersion);
        Assert.Equal("TAG", subscription.ExpressionType);
    }

    [Fact]
    public void Heartbeat_IsReadBack_AsItWasWritten()
    {
        Assert.True(HeartbeatData.TryRead(BodyText.Bytes(JavaHeartbeat), out HeartbeatData? heartbeat, out _));
        string written = BodyText.Of(heartbeat.WriteTo);
        Assert.Contains("\"clientID\":\"10.0.0.1@42\"", written, StringComparison.Ordinal);
        Assert.Contains("\"consumeType\":\"CONSUME_PASSIVELY\"", written, StringComparison.Ordinal);

        Assert.True(HeartbeatData.TryRead(BodyText.Bytes(written), out HeartbeatData? again, out _));
        Assert.Equal(written, BodyText.Of(again.WriteTo));
    }

    [Fact]
    public void Heartbeat_ToleratesNullsQuotedNumbersAndUnknownMembers()
    {
        const string Body = """
            {"clientID":"c","new":{"a":[1]},"producerDataSet":null,"consumerDataSet":[null,{"groupName":"g",
            "consumeFromWhere":null,"subscriptionDataSet":[{"topic":"t","subVersion":"5","tagsSet":[null,"a"],
            "subString":null}]}]}
            """;

        Assert.True(
            HeartbeatData.TryRead(BodyText.Bytes(Body), out HeartbeatData? heartbeat, out string? problem), problem);
        Assert.Empty(heartbeat.ProducerDataSet);
        ConsumerData consumer = Assert.Single(heartbeat.ConsumerDataSet);
        Assert.Equal(ConsumeFromWhere.ConsumeFromLastOffset, consumer.ConsumeFromWhere);
        SubscriptionData subscription = Assert.Single(consumer.SubscriptionDataSet);
        Assert.Equal(5, subscription.SubVersion);
        Assert.Equal(["a"], subscription.TagsSet);
        Assert.Equal("", subscription.SubString);
    }

    [Theory]
    [InlineData("", "The body is empty; HeartbeatData in JSON is expected.")]
    [InlineData("null", "The body is null; HeartbeatData in JSON is expected.")]
    [InlineData("{}", "The heartbeat has no clientID.")]
    [InlineData("{\"clientID\":null}", "The heartbeat has no clientID.")]
    [InlineData("{\"clientID\":\"c\",\"producerDataSet\":[{}]}", "The heartbeat has a producer without groupName.")]
    [InlineData("{\"clientID\":\"c\",\"consumerDataSet\":[{}]}", "The heartbeat has a consumer without groupName.")]
    [InlineData(
        "{\"clientID\":\"c\",\"consumerDataSet\":[{\"groupName\":\"g\",\"subscriptionDataSet\":[{}]}]}",
        "The heartbeat has a subscription of 'g' without topic.")]
    public void Heartbeat_HasAProblem_WhenSomethingIsMissing(string body, string problem)
    {
        Assert.False(HeartbeatData.TryRead(BodyText.Bytes(body), out HeartbeatData? heartbeat, out string? actual));
        Assert.Null(heartbeat);
        Assert.Equal(problem, actual);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{\"clientID\":1}")]
    [InlineData("{\"clientID\":\"c\",\"consumerDataSet\":[{\"groupName\":\"g\",\"consumeType\":\"OTHER\"}]}")]
    [InlineData("{\"clientID\":\"c\",\"consumerDataSet\":[{\"groupName\":\"g\",\"consumeType\":1}]}")]
    [InlineData("{\"clientID\":\"\\ud800\"}")]
    public void Heartbeat_HasAProblem_WhenTheShapeIsWrong(string body)
    {
        Assert.False(HeartbeatData.TryRead(BodyText.Bytes(body), out _, out string? problem));
        Assert.StartsWith("The body is not valid as HeartbeatData: ", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Heartbeat_HasAProblem_WhenItIsNoUtf8()
    {
        Assert.False(HeartbeatData.TryRead([0x22, 0xC3, 0x22], out _, out string? problem));
        Assert.Equal("The body is not valid UTF-8; HeartbeatData in JSON is expected.", problem);
    }

    [Fact]
    public void Heartbeat_HasAProblem_WhenItIsNestedTooDeep()
    {
        string body = "{\"x\":" + new string('[', 40) + new string(']', 40) + "}";

        Assert.False(HeartbeatData.TryRead(BodyText.Bytes(body), out _, out string? problem));
        Assert.StartsWith("The body is not valid as HeartbeatData: ", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void LockBatch_IsRead_AsTheJavaClientSendsIt()
    {
        const string Body = """
            {"clientId":"c","consumerGroup":"g","mqSet":[{"brokerName":"b","queueId":1,"topic":"t"}],
            "onlyThisBroker":false}
            """;

        Assert.True(LockBatchBody.TryRead(BodyText.Bytes(Body), out LockBatchBody? request, out _));
        Assert.Equal(("g", "c"), (request.ConsumerGroup, request.ClientId));
        Assert.Equal([new MessageQueueKey("t", "b", 1)], request.MqSet);
    }

    [Theory]
    [InlineData("{\"clientId\":\"c\"}", "The lock request has no consumerGroup.")]
    [InlineData("{\"consumerGroup\":\"g\"}", "The lock request has no clientId.")]
    public void LockBatch_HasAProblem_WhenSomethingIsMissing(string body, string problem)
    {
        Assert.False(LockBatchBody.TryRead(BodyText.Bytes(body), out _, out string? actual));
        Assert.Equal(problem, actual);
    }

    [Theory]
    [InlineData("{\"brokerName\":\"b\",\"queueId\":1}")]
    [InlineData("{\"topic\":\"t\",\"queueId\":1}")]
    [InlineData("null")]
    [InlineData("1")]
    public void LockBatch_HasAProblem_WhenAQueueIsIncomplete(string queue)
    {
        byte[] body = BodyText.Bytes("{\"clientId\":\"c\",\"consumerGroup\":\"g\",\"mqSet\":[" + queue + "]}");

        Assert.False(LockBatchBody.TryRead(body, out _, out string? problem));
        Assert.StartsWith("The body is not valid as LockBatchBody: ", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Responses_AreWritten_AsClientsExpectThem()
    {
        var locked = new LockBatchResponse { LockOkMqSet = [new MessageQueueKey("t", "b", 1)] };
        Assert.Equal(
            """{"lockOKMQSet":[{"brokerName":"b","queueId":1,"topic":"t"}]}""", BodyText.Of(locked.WriteTo));
        Assert.Equal(
            """{"consumerIdList":["a","b"]}""",
            BodyText.Of(new ConsumerList { ConsumerIdList = ["a", "b"] }.WriteTo));
        var connection = new ClientConnection { ClientId = "c", ClientAddress = "1.2.3.4:5", Version = 409 };
        Assert.Equal(
            """{"connectionSet":[{"clientId":"c","clientAddr":"1.2.3.4:5","language":"JAVA","version":409}]}""",
            BodyText.Of(new ProducerConnection { Connections = [connection] }.WriteTo));
    }

    [Fact]
    public void ConsumerConnection_IsReadBack_AsItWasWritten()
    {
        var consumer = new ConsumerConnection
        {
            Connections = [new ClientConnection { ClientId = "c", Language = LanguageCode.NodeJs }],
            Subscriptions = { ["t"] = new SubscriptionData { Topic = "t", SubString = "*" } },
            MessageModel = MessageModel.Broadcasting,
        };
        string written = BodyText.Of(consumer.WriteTo);

        Assert.True(ConsumerConnection.TryRead(BodyText.Bytes(written), out ConsumerConnection? read, out _));
        Assert.Equal(LanguageCode.NodeJs, Assert.Single(read.Connections).Language);
        Assert.Equal("*", read.Subscriptions["t"].SubString);
        Assert.Equal(written, BodyText.Of(read.WriteTo));
    }

    [Theory]
    [InlineData("{\"subscriptionData\":{\"topic\":\"t\"}}", "The request has no group.")]
    [InlineData("{\"group\":\"g\"}", "The request has no subscriptionData with a topic.")]
    [InlineData("{\"group\":\"g\",\"subscriptionData\":null}", "The request has no subscriptionData with a topic.")]
    [InlineData("{\"group\":\"g\",\"subscriptionData\":{\"topic\":\"t\"}}", null)]
    public void CheckClientConfig_HasAProblem_WhenSomethingIsMissing(string body, string? problem)
    {
        Assert.Equal(problem is null, CheckClientConfigBody.TryRead(BodyText.Bytes(body), out _, out string? actual));
        Assert.Equal(problem, actual);
    }
}

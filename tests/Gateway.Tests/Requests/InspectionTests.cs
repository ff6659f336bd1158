using System.Text;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Gateway.Tests.Requests;

/// <summary>What operators ask about producers, topics and groups.</summary>
public sealed class InspectionTests : IAsyncDisposable
{
    private readonly TestBroker _broker = new();
    private readonly TestClient _client;

    public InspectionTests()
    {
        _client = _broker.Connect();
        Call(RequestCode.UpdateAndCreateTopic, ResponseCode.Success, new()
        {
            ["topic"] = "Orders",
            ["defaultTopic"] = "TBW102",
            ["readQueueNums"] = "3",
            ["writeQueueNums"] = "2",
            ["perm"] = "6",
            ["topicFilterType"] = "SINGLE_TAG",
            ["order"] = "false",
        });
        RemotingCommand heard = _client.Call((int)RequestCode.Heartbeat, body: """
            {"clientID":"one","producerDataSet":[{"groupName":"producers"}],"consumerDataSet":[{"groupName":"consumers",
            "consumeType":"CONSUME_PASSIVELY","messageModel":"CLUSTERING","consumeFromWhere":"CONSUME_FROM_LAST_OFFSET",
            "subscriptionDataSet":[{"topic":"Orders","subString":"a > 1","expressionType":"SQL92","subVersion":7}]}]}
            """);
        Assert.Equal((int)ResponseCode.Success, heard.Code);
    }

    [Fact]
    public void Producers_AreListed_WhileTheyAreOnline()
    {
        byte[] one = Call(RequestCode.GetProducerConnectionList, ResponseCode.Success, new()
        {
            ["producerGroup"] = "producers",
        }).Body.ToArray();
        Assert.True(ProducerConnection.TryRead(one, out ProducerConnection? connections, out _));
        Assert.Equal("one", Assert.Single(connections.Connections).ClientId);

        byte[] all = Call(RequestCode.GetAllProducerInfo, ResponseCode.Success).Body.ToArray();
        Assert.True(ProducerTable.TryRead(all, out ProducerTable? table, out _));
        ProducerInfo producer = Assert.Single(table.Groups["producers"]);
        Assert.Equal("one", producer.ClientId);
        Assert.True(producer.LastUpdateTimestamp > 0);

        RemotingCommand none = Call(
            RequestCode.GetProducerConnectionList, ResponseCode.SystemError, new() { ["producerGroup"] = "others" });
        Assert.Contains("'others'", none.Remark, StringComparison.Ordinal);
    }

    [Fact]
    public void GroupsOfTopic_AreThoseThatSubscribe_AndThoseThatCommitted()
    {
        Commit("earlier");

        Assert.Equal(
            """{"groupList":["consumers","earlier"]}""",
            Text(RequestCode.QueryTopicConsumeByWho, new() { ["topic"] = "Orders" }));
        Assert.Equal(
            """{"groupList":[]}""", Text(RequestCode.QueryTopicConsumeByWho, new() { ["topic"] = "Unknown" }));
    }

    [Fact]
    public void TopicsOfGroup_AreThoseItCommitted()
    {
        Commit("earlier");

        Assert.Equal(
            """{"topicList":["Orders"]}""", Text(RequestCode.QueryTopicsByConsumer, new() { ["group"] = "earlier" }));
        Assert.Equal(
            """{"topicList":[]}""", Text(RequestCode.QueryTopicsByConsumer, new() { ["group"] = "unknown" }));
    }

    [Fact]
    public void Subscription_IsGivenWithItsKind_AndLeftOutWithoutOne()
    {
        byte[] body = Call(RequestCode.QuerySubscriptionByConsumer, ResponseCode.Success, new()
        {
            ["group"] = "consumers",
            ["topic"] = "Orders",
        }).Body.ToArray();
        Assert.True(GroupSubscription.TryRead(body, out GroupSubscription? found, out _));
        Assert.Equal(
            ("a > 1", "SQL92", 7L),
            (found.SubscriptionData!.SubString, found.SubscriptionData.ExpressionType, found.SubscriptionData.SubVersion));

        Assert.Equal(
            """{"group":"consumers","topic":"Bills"}""",
            Text(RequestCode.QuerySubscriptionByConsumer, new() { ["group"] = "consumers", ["topic"] = "Bills" }));
    }

    [Fact]
    public void SystemTopics_AreListed_WithoutTheOthers()
    {
        byte[] body = Call(RequestCode.GetSystemTopicListFromBroker, ResponseCode.Success).Body.ToArray();
        Assert.True(TopicList.TryRead(body, out TopicList? topics, out _));
        Assert.Contains("SCHEDULE_TOPIC_XXXX", topics.Topics);
        Assert.DoesNotContain("Orders", topics.Topics);
    }

    [Fact]
    public void Settings_AreGiven_OrWhatDoesNotExist()
    {
        byte[] body = Call(
            RequestCode.GetTopicConfig, ResponseCode.Success, new() { ["topic"] = "Orders" }).Body.ToArray();
        Assert.True(TopicConfig.TryRead(body, out TopicConfig? topic, out _));
        Assert.Equal(("Orders", 3, 2), (topic.TopicName, topic.ReadQueueNums, topic.WriteQueueNums));

        body = Call(
            RequestCode.GetSubscriptionGroupConfig, ResponseCode.Success, new() { ["group"] = "consumers" })
            .Body.ToArray();
        Assert.True(SubscriptionGroupConfig.TryRead(body, out SubscriptionGroupConfig? group, out _));
        Assert.Equal("consumers", group.GroupName);

        Assert.Contains(
            "'Bills'",
            Call(RequestCode.GetTopicConfig, ResponseCode.TopicNotExist, new() { ["topic"] = "Bills" }).Remark,
            StringComparison.Ordinal);
        Assert.Contains(
            "'others'",
            Call(
                RequestCode.GetSubscriptionGroupConfig, ResponseCode.SubscriptionGroupNotExist,
                new() { ["group"] = "others" }).Remark,
            StringComparison.Ordinal);
    }

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    private void Commit(string group) => Call(RequestCode.UpdateConsumerOffset, ResponseCode.Success, new()
    {
        ["consumerGroup"] = group,
        ["topic"] = "Orders",
        ["queueId"] = "0",
        ["commitOffset"] = "0",
    });

    private string Text(RequestCode code, Dictionary<string, string> fields) =>
        Encoding.UTF8.GetString(Call(code, ResponseCode.Success, fields).Body.Span);

    private RemotingCommand Call(RequestCode code, ResponseCode expected, Dictionary<string, string>? fields = null)
    {
        RemotingCommand answer = _client.Call((int)code, fields);
        Assert.True((int)expected == answer.Code, $"{code}: {answer.Code} {answer.Remark}");
        return answer;
    }
}

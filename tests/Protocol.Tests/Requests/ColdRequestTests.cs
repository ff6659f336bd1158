using OrleansMq.Protocol.Requests;
using OrleansMq.Protocol.Tests.Remoting;

namespace OrleansMq.Protocol.Tests.Requests;

/// <summary>The values that the requests off the hot path give.</summary>
public sealed class ColdRequestTests
{
    [Theory]
    [InlineData("UPPER", true)]
    [InlineData("upper", true)]
    [InlineData("LOWER", false)]
    [InlineData("", false)]
    public void SearchOffset_GivesItsFields(string boundaryType, bool isUpper)
    {
        Assert.True(SearchOffsetRequest.TryRead(
            Frames.Request(29, "topic", "t", "queueId", "1", "timestamp", "2", "boundaryType", boundaryType),
            out SearchOffsetRequest request, out _));
        Assert.Equal(new SearchOffsetRequest("t", 1, 2, isUpper), request);
    }

    [Fact]
    public void EndTransaction_GivesItsFields()
    {
        Assert.True(EndTransactionRequest.TryRead(
            Frames.Request(
                37, "producerGroup", "g", "tranStateTableOffset", "1", "commitLogOffset", "2", "commitOrRollback", "8",
                "fromTransactionCheck", "true", "msgId", "m", "transactionId", "m"),
            out EndTransactionRequest request, out _));
        Assert.Equal(new EndTransactionRequest("g", 1, 2, EndTransactionRequest.Commit, true, "m"), request);
    }

    [Fact]
    public void RecallMessage_GivesItsFields()
    {
        Assert.True(RecallMessageRequest.TryRead(
            Frames.Request(370, "topic", "t", "recallHandle", "h", "producerGroup", "g"),
            out RecallMessageRequest request, out _));
        Assert.Equal(new RecallMessageRequest("t", "h"), request);
    }

    [Fact]
    public void ResumeTransaction_GivesItsFields()
    {
        Assert.True(ResumeTransactionRequest.TryRead(
            Frames.Request(323, "msgId", "m"), out ResumeTransactionRequest request, out _));
        Assert.Equal(new ResumeTransactionRequest("m"), request);
    }

    [Fact]
    public void ListTransactions_GivesItsFields()
    {
        Assert.True(ListTransactionsRequest.TryRead(
            Frames.Request(
                30011, "brokerName", "b", "state", "parked", "producerGroup", "g", "cursor", "b@7", "maxNum", "5"),
            out ListTransactionsRequest request, out _));
        Assert.Equal(new ListTransactionsRequest("b", "parked", "g", "b@7", 5), request);
        Assert.True(ListTransactionsRequest.TryRead(Frames.Request(30011), out request, out _));
        Assert.Equal(new ListTransactionsRequest(null, null, null, null, 100), request);
    }

    [Fact]
    public void OperatorEnd_GivesItsFields_AndTakesDecisionsOnly()
    {
        Assert.True(OperatorEndRequest.TryRead(
            Frames.Request(30012, "brokerName", "b", "commitLogOffset", "7", "commitOrRollback", "12"),
            out OperatorEndRequest request, out _));
        Assert.Equal(new OperatorEndRequest("b", 7, EndTransactionRequest.Rollback), request);
        Assert.False(OperatorEndRequest.TryRead(
            Frames.Request(30012, "commitLogOffset", "7", "commitOrRollback", "0"), out _, out string? problem));
        Assert.Contains("'commitOrRollback'", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void ResumeTransactions_TakesEitherAPositionOrAGroup()
    {
        Assert.True(ResumeTransactionsRequest.TryRead(
            Frames.Request(30013, "brokerName", "b", "commitLogOffset", "0"),
            out ResumeTransactionsRequest request, out _));
        Assert.Equal(new ResumeTransactionsRequest("b", 0, null), request);
        Assert.True(ResumeTransactionsRequest.TryRead(
            Frames.Request(30013, "producerGroup", "g"), out request, out _));
        Assert.Equal(new ResumeTransactionsRequest(null, null, "g"), request);

        Assert.False(ResumeTransactionsRequest.TryRead(Frames.Request(30013), out _, out _));
        Assert.False(ResumeTransactionsRequest.TryRead(
            Frames.Request(30013, "producerGroup", "g", "commitLogOffset", "7"), out _, out string? problem));
        Assert.Contains("'producerGroup'", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Queue_GivesItsFields()
    {
        Assert.True(QueueRequest.TryRead(
            Frames.Request(30, "topic", "t", "queueId", "1"), out QueueRequest request, out _));
        Assert.Equal(new QueueRequest("t", 1), request);
    }

    [Fact]
    public void ViewMessage_GivesItsFields()
    {
        Assert.True(ViewMessageRequest.TryRead(
            Frames.Request(33, "offset", "9"), out ViewMessageRequest request, out _));
        Assert.Equal(new ViewMessageRequest(9), request);
    }

    [Fact]
    public void QueryMessage_GivesItsFields()
    {
        string[] fields = ["topic", "t", "key", "k", "maxNum", "1", "beginTimestamp", "2", "endTimestamp", "3"];

        Assert.True(QueryMessageRequest.TryRead(Frames.Request(12, fields), out QueryMessageRequest byKey, out _));
        Assert.Equal(new QueryMessageRequest("t", "k", 1, 2, 3, false), byKey);
        Assert.True(QueryMessageRequest.TryRead(
            Frames.Request(12, [.. fields, "_UNIQUE_KEY_QUERY", "true"]), out QueryMessageRequest byUniqueKey, out _));
        Assert.Equal(byKey with { IsUniqueKeyQuery = true }, byUniqueKey);
    }

    [Fact]
    public void UnregisterClient_GivesItsFields()
    {
        Assert.True(UnregisterClientRequest.TryRead(
            Frames.Request(35, "clientID", "c", "consumerGroup", "g"), out UnregisterClientRequest request, out _));
        Assert.Equal(new UnregisterClientRequest("c", null, "g"), request);
    }

    [Fact]
    public void ConsumerSendMessageBack_GivesItsFields()
    {
        Assert.True(ConsumerSendMessageBackRequest.TryRead(
            Frames.Request(36, "offset", "1", "group", "g", "delayLevel", "-1", "originMsgId", "m", "originTopic", "t"),
            out ConsumerSendMessageBackRequest request, out _));
        Assert.Equal(new ConsumerSendMessageBackRequest(1, "g", -1, "m", "t", false, -1), request);
    }

    [Fact]
    public void ConsumerSendMessageBack_GivesItsFields_OfOrleansMqsClient()
    {
        Assert.True(ConsumerSendMessageBackRequest.TryRead(
            Frames.Request(
                36, "offset", "1", "group", "g", "delayLevel", "3", "retryDelayMs", "7500", "retryReason", "no stock",
                "retryAttempts", "4"),
            out ConsumerSendMessageBackRequest request, out _));
        Assert.Equal(
            (7_500L, "no stock", 4), (request.RetryDelayMilliseconds, request.Reason, request.Attempts));
    }

    [Fact]
    public void CreateTopic_GivesItsFields()
    {
        Assert.True(CreateTopicRequest.TryRead(
            Frames.Request(
                17, "topic", "t", "defaultTopic", "d", "readQueueNums", "1", "writeQueueNums", "2", "perm", "6",
                "topicFilterType", "SINGLE_TAG", "topicSysFlag", "3", "order", "true", "attributes", "+a=b"),
            out CreateTopicRequest request, out _));
        Assert.Equal(new CreateTopicRequest("t", "d", 1, 2, 6, "SINGLE_TAG", 3, true, "+a=b"), request);
    }

    [Theory]
    [InlineData("removeOffset", true)]
    [InlineData("cleanOffset", true)]
    [InlineData("other", false)]
    public void DeleteSubscriptionGroup_KnowsBothNames(string name, bool removes)
    {
        Assert.True(DeleteSubscriptionGroupRequest.TryRead(
            Frames.Request(207, "groupName", "g", name, "true"), out DeleteSubscriptionGroupRequest request, out _));
        Assert.Equal(new DeleteSubscriptionGroupRequest("g", removes), request);
    }

    [Theory]
    [InlineData(100, "k", "v")]
    [InlineData(101, "k", "")]
    [InlineData(102, "k", "")]
    [InlineData(219, "", "")]
    public void KvConfig_GivesWhatTheCodeHas(int code, string key, string value)
    {
        Assert.True(KvConfigRequest.TryRead(
            Frames.Request(code, "namespace", "n", "key", "k", "value", "v"), out KvConfigRequest request, out _));
        Assert.Equal(new KvConfigRequest("n", key, value), request);
    }

    [Fact]
    public void SmallRequests_GiveTheirFields()
    {
        Assert.True(ConsumerListRequest.TryRead(Frames.Request(38, "consumerGroup", "g"), out var list, out _));
        Assert.Equal(new ConsumerListRequest("g"), list);
        Assert.True(DeleteTopicRequest.TryRead(Frames.Request(215, "topic", "t"), out var delete, out _));
        Assert.Equal(new DeleteTopicRequest("t"), delete);
        Assert.True(GetRouteRequest.TryRead(Frames.Request(105, "topic", "t"), out var route, out _));
        Assert.Equal(new GetRouteRequest("t", false), route);
        Assert.True(ClusterTopicsRequest.TryRead(Frames.Request(224, "cluster", "c"), out var topics, out _));
        Assert.Equal(new ClusterTopicsRequest("c"), topics);
        Assert.True(TopicStatsRequest.TryRead(Frames.Request(202, "topic", "t"), out var stats, out _));
        Assert.Equal(new TopicStatsRequest("t"), stats);
        Assert.True(
            ConsumerConnectionRequest.TryRead(Frames.Request(203, "consumerGroup", "g"), out var consumer, out _));
        Assert.Equal(new ConsumerConnectionRequest("g"), consumer);
        Assert.True(
            ProducerConnectionRequest.TryRead(Frames.Request(204, "producerGroup", "g"), out var producer, out _));
        Assert.Equal(new ProducerConnectionRequest("g"), producer);
        Assert.True(ConsumeStatsRequest.TryRead(Frames.Request(208, "consumerGroup", "g"), out var consume, out _));
        Assert.Equal(new ConsumeStatsRequest("g", null), consume);
        Assert.True(GroupRequest.TryRead(Frames.Request(343, "group", "g"), out var group, out _));
        Assert.Equal(new GroupRequest("g"), group);
        Assert.True(GroupTopicRequest.TryRead(Frames.Request(345, "group", "g", "topic", "t"), out var both, out _));
        Assert.Equal(new GroupTopicRequest("g", "t"), both);
    }

    [Fact]
    public void ResetOffset_GivesItsFields()
    {
        string[] fields = ["topic", "t", "group", "g", "timestamp", "-1", "isForce", "true"];

        Assert.True(ResetOffsetRequest.TryRead(Frames.Request(222, fields), out ResetOffsetRequest request, out _));
        Assert.Equal(new ResetOffsetRequest("t", "g", -1, true, -1, -1), request);
    }
}

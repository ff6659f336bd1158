using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Gateway.Tests.Requests;

/// <summary>
/// Each command of RocketMQ's mqadmin as the requests it sends, one after the other, with what it reads of the answers.
/// </summary>
public sealed class MqAdminTests : IAsyncDisposable
{
    private const string UniqueKey = "0A000001000718B4AAC24D2F1C2B0000";

    private readonly TestBroker _broker = new();
    private readonly AdminClient _admin;

    public MqAdminTests()
    {
        _admin = new AdminClient(_broker.Connect());
        _admin.CreateTopic("Orders");
        _admin.Send("Orders", "first", $"KEYS\u0001order-1\u0002UNIQ_KEY\u0001{UniqueKey}\u0002TAGS\u0001created");
        _admin.Send("Orders", "second");
        _admin.Heartbeat("Orders");
        _admin.Pull("consumers", "Orders", 0, count: 1);
        _admin.Commit("consumers", "Orders", 1);
    }

    [Fact]
    public void TopicList_ListsTopicsAndTheirGroups()
    {
        TopicList topics = Read<TopicList>(_admin.Call(RequestCode.GetAllTopicListFromNameServer), TopicList.TryRead);
        Assert.Contains("Orders", topics.Topics);

        // With -c also the cluster and the groups of each topic.
        Assert.Equal("DefaultCluster", Assert.Single(Cluster().Clusters).Key);
        foreach (string topic in topics.Topics.Where(name => Route(name) is not null))
            Read<GroupList>(_admin.Call(RequestCode.QueryTopicConsumeByWho, $"topic={topic}"), GroupList.TryRead);
        GroupList groups =
            Read<GroupList>(_admin.Call(RequestCode.QueryTopicConsumeByWho, "topic=Orders"), GroupList.TryRead);
        Assert.Equal(["consumers"], groups.Groups);
    }

    [Fact]
    public void ClusterList_HasAllColumns()
    {
        string address = Cluster().Brokers["broker-a"].BrokerAddresses[0];
        Assert.Equal("127.0.0.1:9876", address);
        Dictionary<string, string> report = Report();

        Assert.All(
            (string[])
            [
                "brokerVersionDesc", "putTps", "getTransferedTps", "getTransferredTps", "sendThreadPoolQueueSize",
                "pullThreadPoolQueueSize", "sendThreadPoolQueueHeadWaitTimeMills", "ackThreadPoolQueueSize",
                "pullThreadPoolQueueHeadWaitTimeMills", "ackThreadPoolQueueHeadWaitTimeMills", "pageCacheLockTimeMills",
                "earliestMessageTimeStamp", "commitLogDiskRatio", "timerReadBehind", "timerOffsetBehind",
                "timerCongestNum", "timerEnqueueTps", "timerDequeueTps", "brokerActive",
            ],
            key => Assert.NotEmpty(report[key]));
        Assert.Equal("true", report["brokerActive"]);

        // With -m the totals of yesterday and today.
        _ = new ExporterReport(report);
    }

    [Fact]
    public void BrokerStatus_ShowsTheReport() => Assert.Equal("2", Report()["msgPutTotalTodayNow"]);

    [Fact]
    public void TopicStatus_ShowsTheQueues()
    {
        Assert.NotNull(Route("Orders"));
        TopicStatsTable stats = Read<TopicStatsTable>(
            _admin.Call(RequestCode.GetTopicStatsInfo, "topic=Orders"), TopicStatsTable.TryRead);

        TopicOffset queue = stats.OffsetTable[new MessageQueueKey("Orders", "broker-a", 0)];
        Assert.Equal((0, 2, 2), (queue.MinOffset, queue.MaxOffset, stats.OffsetTable.Count));
        Assert.True(queue.LastUpdateTimestamp > 0);
    }

    [Fact]
    public void TopicRoute_ShowsTheBrokers() => Assert.Equal(2, Assert.Single(Route("Orders")!.QueueDatas).ReadQueueNums);

    [Fact]
    public async Task ConsumerProgress_ShowsLagAndRate()
    {
        // Of a group that had nothing to retry the tool goes on with the brokers of the cluster.
        await _broker.Node.ControlPlane.FindOrCreateRetryTopicAsync("consumers", 1);
        Assert.NotNull(Route("%RETRY%consumers"));
        ConsumeStats stats = Read<ConsumeStats>(
            _admin.Call(RequestCode.GetConsumeStats, "consumerGroup=consumers"), ConsumeStats.TryRead);
        OffsetWrapper queue = stats.OffsetTable[new MessageQueueKey("Orders", "broker-a", 0)];
        Assert.Equal((2, 1, 1), (queue.BrokerOffset, queue.ConsumerOffset, queue.PullOffset));
        Assert.True(stats.ConsumeTps > 0);

        ConsumerConnection members = Read<ConsumerConnection>(
            _admin.Call(RequestCode.GetConsumerConnectionList, "consumerGroup=consumers"), ConsumerConnection.TryRead);
        Assert.Equal(
            (ConsumeType.ConsumePassively, MessageModel.Clustering), (members.ConsumeType, members.MessageModel));
        _admin.Refused(
            RequestCode.GetConsumerConnectionList, ResponseCode.ConsumerNotOnline, "consumerGroup=nobody");
    }

    [Fact]
    public void Connections_AreShown()
    {
        ConsumerConnection consumers = Read<ConsumerConnection>(
            _admin.Call(RequestCode.GetConsumerConnectionList, "consumerGroup=consumers"), ConsumerConnection.TryRead);
        ClientConnection consumer = Assert.Single(consumers.Connections);
        Assert.Equal(("10.0.0.1@7", "*"), (consumer.ClientId, consumers.Subscriptions["Orders"].SubString));
        Assert.StartsWith("127.0.0.1:", consumer.ClientAddress, StringComparison.Ordinal);

        ProducerConnection producers = Read<ProducerConnection>(
            _admin.Call(RequestCode.GetProducerConnectionList, "producerGroup=producers"), ProducerConnection.TryRead);
        Assert.Equal("10.0.0.1@7", Assert.Single(producers.Connections).ClientId);
    }

    [Fact]
    public void UpdateAndDeleteTopic_TakeTheOrderAlong()
    {
        Assert.NotEmpty(Cluster().Brokers);
        _admin.CreateTopic("Bills", queues: 3, order: true);
        _admin.Call(RequestCode.PutKvConfig, "namespace=ORDER_TOPIC_CONFIG", "key=Bills", "value=broker-a:3");
        Assert.Equal("broker-a:3", Route("Bills")!.OrderTopicConf);

        _admin.Call(RequestCode.DeleteTopicInBroker, "topic=Bills");
        _admin.Call(RequestCode.DeleteTopicInNameServer, "topic=Bills", "clusterName=DefaultCluster");
        _admin.Call(RequestCode.DeleteKvConfig, "namespace=ORDER_TOPIC_CONFIG", "key=Bills");
        Assert.Null(Route("Bills"));
    }

    [Fact]
    public void UpdateSubGroup_ChangesTheSettings()
    {
        _admin.CallWith(RequestCode.UpdateAndCreateSubscriptionGroup, """
            {"brokerId":0,"consumeBroadcastEnable":false,"consumeEnable":true,"consumeFromMinEnable":true,
            "groupName":"others","notifyConsumerIdsChangedEnable":true,"retryMaxTimes":3,"retryQueueNums":2,
            "whichBrokerWhenConsumeSlowly":1}
            """);
        SubscriptionGroupTable table = Read<SubscriptionGroupTable>(
            _admin.Call(RequestCode.GetAllSubscriptionGroupConfig), SubscriptionGroupTable.TryRead);
        Assert.Equal((3, 2), (table.Groups["others"].RetryMaxTimes, table.Groups["others"].RetryQueueNums));
    }

    [Fact]
    public void QueryMessage_FindsByIdAndKeys()
    {
        // By id: the id says where the message lies.
        RemotingCommand sent = _admin.Send("Orders", "third");
        Assert.EndsWith("7F00000100002694", sent.Fields["msgId"][..16], StringComparison.Ordinal);
        long position = Convert.ToInt64(sent.Fields["msgId"][16..], 16);
        Assert.True(_admin.Call(RequestCode.ViewMessageById, $"offset={position}").Body.Length > 90);

        // Then who consumed it.
        Assert.Equal(["consumers"], Read<GroupList>(
            _admin.Call(RequestCode.QueryTopicConsumeByWho, "topic=Orders"), GroupList.TryRead).Groups);
        _admin.Call(RequestCode.GetConsumeStats, "consumerGroup=consumers", "topic=Orders");

        // By key, and by unique key.
        string[] range = ["topic=Orders", "maxNum=64", "beginTimestamp=0", "endTimestamp=9223372036854775807"];
        RemotingCommand byKey = _admin.Call(RequestCode.QueryMessage, ["key=order-1", .. range]);
        RemotingCommand byUniqueKey =
            _admin.Call(RequestCode.QueryMessage, [$"key={UniqueKey}", "_UNIQUE_KEY_QUERY=true", .. range]);
        Assert.Equal(byKey.Body.ToArray(), byUniqueKey.Body.ToArray());
        Assert.NotEmpty(byKey.Fields["indexLastUpdateTimestamp"]);
        Assert.NotEmpty(byKey.Fields["indexLastUpdatePhyoffset"]);
    }

    [Fact]
    public void PrintAndConsumeMessage_WalkTheQueue()
    {
        Assert.NotNull(Route("Orders"));
        Assert.Equal("0", _admin.Call(RequestCode.GetMinOffset, "topic=Orders", "queueId=0").Fields["offset"]);
        Assert.Equal("2", _admin.Call(RequestCode.GetMaxOffset, "topic=Orders", "queueId=0").Fields["offset"]);
        Assert.Equal("0", _admin.Call(
            RequestCode.SearchOffsetByTimestamp, "topic=Orders", "queueId=0", "timestamp=1").Fields["offset"]);
        RemotingCommand pulled = _admin.Pull("TOOLS_CONSUMER", "Orders", 0);
        Assert.Equal(("2", "0", "2"), (
            pulled.Fields["nextBeginOffset"], pulled.Fields["minOffset"], pulled.Fields["maxOffset"]));
        _admin.Pull("TOOLS_CONSUMER", "Orders", 2, ResponseCode.PullNotFound);
    }

    [Fact]
    public void SendMessage_SaysWhereItLies()
    {
        Assert.NotNull(Route("Orders"));
        RemotingCommand sent = _admin.Send("Orders", "sent", queueId: 1);
        Assert.Equal(("1", "0", 32), (
            sent.Fields["queueId"], sent.Fields["queueOffset"], sent.Fields["msgId"].Length));
    }

    [Fact]
    public void CloneGroupOffset_CommitsForTheOther()
    {
        // The tool reads one group's offsets and commits them for the other.
        ConsumeStats stats = Read<ConsumeStats>(
            _admin.Call(RequestCode.GetConsumeStats, "consumerGroup=consumers"), ConsumeStats.TryRead);
        long offset = stats.OffsetTable[new MessageQueueKey("Orders", "broker-a", 0)].ConsumerOffset;
        _admin.Commit("clones", "Orders", offset);

        Assert.Equal("1", _admin.Call(
            RequestCode.QueryConsumerOffset, "consumerGroup=clones", "topic=Orders", "queueId=0").Fields["offset"]);
    }

    [Fact]
    public void StatsAll_CountsInAndOut()
    {
        BrokerStatsData puts = Read<BrokerStatsData>(
            _admin.Call(RequestCode.ViewBrokerStatsData, "statsName=TOPIC_PUT_NUMS", "statsKey=Orders"),
            BrokerStatsData.TryRead);
        BrokerStatsData gets = Read<BrokerStatsData>(
            _admin.Call(RequestCode.ViewBrokerStatsData, "statsName=GROUP_GET_NUMS", "statsKey=Orders@consumers"),
            BrokerStatsData.TryRead);

        Assert.Equal((2, 1), (puts.StatsDay.Sum, gets.StatsDay.Sum));
    }

    [Fact]
    public void BrokerConsumeStats_SumsTheLag()
    {
        ConsumeStatsList list = Read<ConsumeStatsList>(
            _admin.Call(RequestCode.GetBrokerConsumeStats, "isOrder=false"), ConsumeStatsList.TryRead);
        Assert.Equal(1, list.TotalDiff);
    }

    [Fact]
    public void Housekeeping_IsDone_AndHarmsNothing()
    {
        _admin.Call(RequestCode.CleanExpiredConsumeQueue);
        _admin.Call(RequestCode.CleanUnusedTopic);
        _admin.Call(RequestCode.DeleteExpiredCommitLog);
        Assert.Equal("2", _admin.Call(RequestCode.GetMaxOffset, "topic=Orders", "queueId=0").Fields["offset"]);
    }

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    private delegate bool BodyReader<T>(ReadOnlySpan<byte> body, out T? value, out string? problem);

    private static T Read<T>(RemotingCommand answer, BodyReader<T> read)
    {
        Assert.True(read(answer.Body.Span, out T? value, out string? problem), problem);
        return value!;
    }

    private ClusterInfo Cluster() =>
        Read<ClusterInfo>(_admin.Call(RequestCode.GetBrokerClusterInfo), ClusterInfo.TryRead);

    private Dictionary<string, string> Report() =>
        Read<KvTable>(_admin.Call(RequestCode.GetBrokerRuntimeInfo), KvTable.TryRead).Table;

    private TopicRouteData? Route(string topic)
    {
        if (_broker.Node.Topics.Find(topic) is null)
        {
            _admin.Refused(RequestCode.GetRouteInfoByTopic, ResponseCode.TopicNotExist, $"topic={topic}");
            return null;
        }

        return Read<TopicRouteData>(
            _admin.Call(RequestCode.GetRouteInfoByTopic, $"topic={topic}"), TopicRouteData.TryRead);
    }
}

using OrleansMq.Protocol.Bodies;

namespace OrleansMq.Protocol.Tests.Bodies;

/// <summary>Bodies of the name service and of admin requests.</summary>
public sealed class AdminBodyTests
{
    [Fact]
    public void TopicRoute_IsWritten_WithQuotedBrokerIds()
    {
        var route = new TopicRouteData
        {
            QueueDatas = [new QueueData { BrokerName = "b", ReadQueueNums = 4, WriteQueueNums = 4, Perm = 6 }],
            BrokerDatas =
            [
                new BrokerData { Cluster = "c", BrokerName = "b", BrokerAddresses = { [0] = "127.0.0.1:10911" } },
            ],
        };

        Assert.Equal(
            """{"queueDatas":[{"brokerName":"b","readQueueNums":4,"writeQueueNums":4,"perm":6,"topicSysFlag":0}],"br"""
            + """okerDatas":[{"cluster":"c","brokerName":"b","brokerAddrs":{"0":"127.0.0.1:10911"}}],"filterServerTab"""
            + """le":{}}""",
            BodyText.Of(route.WriteTo));
    }

    [Theory]
    [InlineData("{0:\"a:1\",1:\"b:2\"}")]
    [InlineData("{\"0\":\"a:1\",\"1\":\"b:2\"}")]
    [InlineData("{ 0 : \"a:1\" , 1 : \"b:2\" }")]
    public void TopicRoute_IsRead_HoweverBrokerIdsAreWritten(string addresses)
    {
        byte[] body = BodyText.Bytes("{\"brokerDatas\":[{\"brokerAddrs\":" + addresses + ",\"brokerName\":\"n\"}]}");

        Assert.True(TopicRouteData.TryRead(body, out TopicRouteData? route, out string? problem), problem);
        BrokerData broker = Assert.Single(route.BrokerDatas);
        Assert.Equal("n", broker.BrokerName);
        Assert.Equal(new Dictionary<long, string> { [0] = "a:1", [1] = "b:2" }, broker.BrokerAddresses);
    }

    [Fact]
    public void ClusterInfo_IsReadBack_AsItWasWritten()
    {
        var cluster = new ClusterInfo
        {
            Brokers = { ["b"] = new BrokerData { BrokerName = "b", BrokerAddresses = { [0] = "a:1" } } },
            Clusters = { ["c"] = ["b"] },
        };
        string written = BodyText.Of(cluster.WriteTo);
        Assert.Equal(
            """{"brokerAddrTable":{"b":{"cluster":"","brokerName":"b","brokerAddrs":{"0":"a:1"}}},"clusterAddrTabl"""
            + """e":{"c":["b"]}}""",
            written);

        Assert.True(ClusterInfo.TryRead(BodyText.Bytes(written), out ClusterInfo? read, out _));
        Assert.Equal(["b"], read.Clusters["c"]);
        Assert.Equal("a:1", read.Brokers["b"].BrokerAddresses[0]);
    }

    [Fact]
    public void TopicStats_AreWritten_WithQueuesAsKeys()
    {
        var stats = new TopicStatsTable
        {
            OffsetTable =
            {
                [new MessageQueueKey("t", "b", 0)] = new TopicOffset { MinOffset = 1, MaxOffset = 2 },
                [new MessageQueueKey("t", "b", 1)] = new TopicOffset { LastUpdateTimestamp = 3 },
            },
        };

        Assert.Equal(
            """{"offsetTable":{{"brokerName":"b","queueId":0,"topic":"t"}:{"minOffset":1,"maxOffset":2,"lastUpdateTi"""
            + """mestamp":0},{"brokerName":"b","queueId":1,"topic":"t"}:{"minOffset":0,"maxOffset":0,"lastUpdateTimes"""
            + """tamp":3}}}""",
            BodyText.Of(stats.WriteTo));
    }

    [Fact]
    public void TopicStats_AreReadBack_AsTheyWereWritten()
    {
        var stats = new TopicStatsTable
        {
            OffsetTable = { [new MessageQueueKey("t\"{}", "b\\\n", 7)] = new TopicOffset { MaxOffset = 2 } },
        };
        string written = BodyText.Of(stats.WriteTo);

        Assert.True(
            TopicStatsTable.TryRead(BodyText.Bytes(written), out TopicStatsTable? read, out string? problem), problem);
        KeyValuePair<MessageQueueKey, TopicOffset> entry = Assert.Single(read.OffsetTable);
        Assert.Equal(new MessageQueueKey("t\"{}", "b\\\n", 7), entry.Key);
        Assert.Equal(2, entry.Value.MaxOffset);
        Assert.Equal(written, BodyText.Of(read.WriteTo));
    }

    [Fact]
    public void ConsumeStats_AreRead_AsFastjsonWritesThem()
    {
        const string Body = """
            {"consumeTps":1.5,"offsetTable":{{"brokerName":"b","queueId":0,"topic":"t"}:{"brokerOffset":9,
            "consumerOffset":8,"lastTimestamp":7,"pullOffset":6},{"brokerName":"b","queueId":1,"topic":"t"}:null}}
            """;

        Assert.True(ConsumeStats.TryRead(BodyText.Bytes(Body), out ConsumeStats? stats, out string? problem), problem);
        Assert.Equal(1.5, stats.ConsumeTps);
        KeyValuePair<MessageQueueKey, OffsetWrapper> entry = Assert.Single(stats.OffsetTable);
        Assert.Equal(new MessageQueueKey("t", "b", 0), entry.Key);
        Assert.Equal((9, 8, 7, 6), (entry.Value.BrokerOffset, entry.Value.ConsumerOffset, entry.Value.LastTimestamp,
            entry.Value.PullOffset));
        Assert.StartsWith(
            """{"consumeTps":1.5,"offsetTable":{{"brokerName":"b","queueId":0,"topic":"t"}:{"brokerOffset":9,""",
            BodyText.Of(stats.WriteTo), StringComparison.Ordinal);
    }

    [Fact]
    public void ResetOffset_IsReadBack_AsItWasWritten()
    {
        var reset = new ResetOffsetBody { OffsetTable = { [new MessageQueueKey("t", "b", 3)] = 12 } };
        string written = BodyText.Of(reset.WriteTo);
        Assert.Equal("""{"offsetTable":{{"brokerName":"b","queueId":3,"topic":"t"}:12}}""", written);

        Assert.True(ResetOffsetBody.TryRead(BodyText.Bytes(written), out ResetOffsetBody? read, out _));
        Assert.Equal(12, read.OffsetTable[new MessageQueueKey("t", "b", 3)]);
    }

    [Fact]
    public void EmptyTables_AreWritten_AsEmptyObjects()
    {
        Assert.Equal("""{"offsetTable":{}}""", BodyText.Of(new ResetOffsetBody().WriteTo));
        Assert.Equal("""{"consumeTps":0,"offsetTable":{}}""", BodyText.Of(new ConsumeStats().WriteTo));
        Assert.Equal("""{"table":{}}""", BodyText.Of(new KvTable().WriteTo));
        Assert.Equal("""{"topicList":[]}""", BodyText.Of(new TopicList().WriteTo));
    }

    [Theory]
    [InlineData("{\"offsetTable\":{{}:1}}")]
    [InlineData("{\"offsetTable\":{{\"topic\":\"t\",\"brokerName\":\"b\",\"queueId\":\"x\"}:1}}")]
    [InlineData("{\"offsetTable\":{\"plain\":1}}")]
    [InlineData("{\"offsetTable\":{5:1}}")]
    [InlineData("{\"offsetTable\":{{\"topic\":\"t\"")]
    [InlineData("{\"offsetTable\":{{{}:1}:1}}")]
    [InlineData("{\"offsetTable\":{[]:1}}")]
    [InlineData("{\"offsetTable\":{{\"topic\":\"t\",\"brokerName\":\"b\"}:null}}")]
    public void ResetOffset_HasAProblem_WhenAKeyOrValueIsWrong(string body)
    {
        Assert.False(ResetOffsetBody.TryRead(BodyText.Bytes(body), out _, out string? problem));
        Assert.StartsWith("The body is not valid as ResetOffsetBody: ", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void ResetOffset_HasAProblem_WhenItIsNestedTooDeep()
    {
        string body = "{1:" + string.Concat(Enumerable.Repeat("{1:", 80)) + "1" + new string('}', 81);

        Assert.False(ResetOffsetBody.TryRead(BodyText.Bytes(body), out _, out string? problem));
        Assert.StartsWith("The body is not valid as ResetOffsetBody: ", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void GroupSettings_TakeDefaults_WhereNothingIsSaid()
    {
        Assert.True(SubscriptionGroupConfig.TryRead(
            BodyText.Bytes("""{"groupName":"g","retryMaxTimes":3}"""), out SubscriptionGroupConfig? group, out _));

        Assert.Equal((3, 1, 0L, 1L), (
            group.RetryMaxTimes, group.RetryQueueNums, group.BrokerId, group.WhichBrokerWhenConsumeSlowly));
        Assert.True(group.ConsumeEnable && group.ConsumeFromMinEnable && group.ConsumeBroadcastEnable);
    }

    [Theory]
    [InlineData("{}", "The group settings have no groupName.")]
    [InlineData("{\"groupName\":\"g\",\"retryQueueNums\":-1}", "retryQueueNums is -1; 0 or more is expected.")]
    public void GroupSettings_HaveAProblem_WhenARuleIsBroken(string body, string problem)
    {
        Assert.False(SubscriptionGroupConfig.TryRead(BodyText.Bytes(body), out _, out string? actual));
        Assert.Equal(problem, actual);
    }

    [Fact]
    public void Tables_AreReadBack_AsTheyWereWritten()
    {
        var topics = new TopicConfigTable
        {
            Topics =
            {
                ["t"] = new TopicConfig { TopicName = "t", Perm = 4, TopicFilterType = TopicFilterType.MultiTag },
            },
            DataVersion = new DataVersion { Counter = 1, Timestamp = 2 },
        };
        string written = BodyText.Of(topics.WriteTo);
        Assert.Contains("\"topicFilterType\":\"MULTI_TAG\"", written, StringComparison.Ordinal);
        Assert.True(TopicConfigTable.TryRead(BodyText.Bytes(written), out TopicConfigTable? readTopics, out _));
        Assert.Equal(written, BodyText.Of(readTopics.WriteTo));

        var group = new SubscriptionGroupConfig { GroupName = "g" };
        var groups = new SubscriptionGroupTable { Groups = { ["g"] = group } };
        written = BodyText.Of(groups.WriteTo);
        Assert.True(
            SubscriptionGroupTable.TryRead(BodyText.Bytes(written), out SubscriptionGroupTable? readGroups, out _));
        Assert.Equal(written, BodyText.Of(readGroups.WriteTo));

        var table = new KvTable { Table = { ["k"] = "10 60 600" } };
        Assert.Equal("""{"table":{"k":"10 60 600"}}""", BodyText.Of(table.WriteTo));
    }

    [Fact]
    public void UnreadAlarms_AreReadAsTheyAreWritten()
    {
        var alarm = new UnreadAlarm { Group = "g", Topic = "t", Count = 2, FirstGoesAt = 3 };
        string written = BodyText.Of(new UnreadAlarmTable { Alarms = [alarm], Deleted = 4 }.WriteTo);
        Assert.Equal(
            """{"alarms":[{"group":"g","topic":"t","count":2,"firstGoesAt":3}],"deleted":4}""", written);
        Assert.True(UnreadAlarmTable.TryRead(BodyText.Bytes(written), out UnreadAlarmTable? read, out _));
        Assert.Equal(written, BodyText.Of(read.WriteTo));
    }

    [Fact]
    public void Inspections_AreWritten_WithRocketMqsNames()
    {
        var producer = new ProducerInfo { ClientId = "c", RemoteAddress = "a:1", Version = 2, LastUpdateTimestamp = 3 };
        var producers = new ProducerTable { Groups = { ["p"] = [producer] } };
        string written = BodyText.Of(producers.WriteTo);
        Assert.Equal(
            """{"data":{"p":[{"clientId":"c","remoteIP":"a:1","language":"JAVA","version":2,"lastUpdateTimestamp":3"""
            + """}]}}""",
            written);
        Assert.True(ProducerTable.TryRead(BodyText.Bytes(written), out ProducerTable? read, out _));
        Assert.Equal(written, BodyText.Of(read.WriteTo));

        Assert.Equal("""{"groupList":["g"]}""", BodyText.Of(new GroupList { Groups = ["g"] }.WriteTo));
        Assert.Equal(
            """{"group":"g","topic":"t"}""",
            BodyText.Of(new GroupSubscription { Group = "g", Topic = "t" }.WriteTo));
    }
}

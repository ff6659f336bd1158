using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Gateway.Tests.Requests;

/// <summary>What rocketmq-exporter asks for once a minute, task by task, with what it reads of the answers.</summary>
public sealed class RocketMqExporterTests : IAsyncDisposable
{
    private readonly TestBroker _broker = new();
    private readonly AdminClient _admin;

    public RocketMqExporterTests()
    {
        _admin = new AdminClient(_broker.Connect());
        _admin.CreateTopic("Orders");
        for (int message = 0; message < 3; message++)
            _admin.Send("Orders", "body");
        _admin.Heartbeat("Orders");
        _admin.Pull("consumers", "Orders", 0, count: 2);
        _admin.Commit("consumers", "Orders", 2);
    }

    [Fact]
    public void TopicOffsets_AreThere_OfEveryTopic()
    {
        var ends = new Dictionary<string, long>();
        foreach (string topic in Topics())
        {
            Route(topic);
            TopicStatsTable stats = Read<TopicStatsTable>(
                _admin.Call(RequestCode.GetTopicStatsInfo, $"topic={topic}"), TopicStatsTable.TryRead);
            ends[topic] = stats.OffsetTable.Values.Sum(queue => queue.MaxOffset);
        }

        Assert.Equal(3, ends["Orders"]);
    }

    [Fact]
    public void Producers_AreCounted()
    {
        ProducerTable table = Read<ProducerTable>(_admin.Call(RequestCode.GetAllProducerInfo), ProducerTable.TryRead);
        Assert.Single(table.Groups["producers"]);
    }

    [Fact]
    public void Consumers_AreMeasured_TopicByTopic()
    {
        foreach (string topic in Topics().Where(name => !name.StartsWith("%DLQ%", StringComparison.Ordinal)))
            Groups(topic);
        Assert.Equal(["consumers"], Groups("Orders"));
        ConsumerConnection members = Read<ConsumerConnection>(
            _admin.Call(RequestCode.GetConsumerConnectionList, "consumerGroup=consumers"), ConsumerConnection.TryRead);
        Assert.Equal((1, MessageModel.Clustering), (members.Connections.Count, members.MessageModel));

        ConsumeStats stats = Read<ConsumeStats>(
            _admin.Call(RequestCode.GetConsumeStats, "consumerGroup=consumers", "topic=Orders"), ConsumeStats.TryRead);
        Assert.Equal(1, stats.OffsetTable.Values.Sum(queue => queue.BrokerOffset - queue.ConsumerOffset));

        // For the latency it pulls the first message that is not consumed, as a group of its own.
        Assert.True(_admin.Pull("exporter", "Orders", 2, count: 1).Body.Length > 0);
        _admin.Pull("exporter", "Orders", 3, ResponseCode.PullNotFound, count: 1);
    }

    [Fact]
    public void Rates_AreThere_OfTopicsAndGroups_OrAreRefusedInTheWayThatItPassesOver()
    {
        Assert.Equal(3, Stats("TOPIC_PUT_NUMS", "Orders").StatsMinute.Sum);
        Assert.True(Stats("TOPIC_PUT_SIZE", "Orders").StatsMinute.Tps > 0);
        Assert.True(Stats("GROUP_GET_NUMS", "Orders@consumers").StatsMinute.Tps > 0);
        Assert.True(Stats("GROUP_GET_SIZE", "Orders@consumers").StatsMinute.Tps > 0);
        _admin.Refused(
            RequestCode.ViewBrokerStatsData, ResponseCode.SystemError, "statsName=SNDBCK_PUT_NUMS",
            "statsKey=Orders@consumers");
    }

    [Fact]
    public void Broker_TellsItsRatesAndItsReport()
    {
        ClusterInfo cluster = Read<ClusterInfo>(_admin.Call(RequestCode.GetBrokerClusterInfo), ClusterInfo.TryRead);
        BrokerData broker = cluster.Brokers["broker-a"];
        Assert.Equal(("DefaultCluster", "broker-a"), (broker.Cluster, broker.BrokerName));

        Assert.True(Stats("BROKER_PUT_NUMS", broker.Cluster).StatsMinute.Tps > 0);
        Assert.True(Stats("BROKER_GET_NUMS", broker.Cluster).StatsMinute.Tps > 0);
        var report = new ExporterReport(
            Read<KvTable>(_admin.Call(RequestCode.GetBrokerRuntimeInfo), KvTable.TryRead).Table);
        Assert.Equal(2, report.Whole("msgGetTotalTodayNow"));
    }

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    private delegate bool BodyReader<T>(ReadOnlySpan<byte> body, out T? value, out string? problem);

    private static T Read<T>(RemotingCommand answer, BodyReader<T> read)
    {
        Assert.True(read(answer.Body.Span, out T? value, out string? problem), problem);
        return value!;
    }

    private List<string> Topics() =>
        Read<TopicList>(_admin.Call(RequestCode.GetAllTopicListFromNameServer), TopicList.TryRead).Topics;

    private List<string> Groups(string topic) => Read<GroupList>(
        _admin.Call(RequestCode.QueryTopicConsumeByWho, $"topic={topic}"), GroupList.TryRead).Groups;

    private void Route(string topic) => Read<TopicRouteData>(
        _admin.Call(RequestCode.GetRouteInfoByTopic, $"topic={topic}"), TopicRouteData.TryRead);

    private BrokerStatsData Stats(string name, string key) => Read<BrokerStatsData>(
        _admin.Call(RequestCode.ViewBrokerStatsData, $"statsName={name}", $"statsKey={key}"), BrokerStatsData.TryRead);
}

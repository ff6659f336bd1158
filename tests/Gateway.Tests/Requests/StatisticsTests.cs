using System.Text;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Gateway.Tests.Requests;

/// <summary>What operators and exporters ask a broker about itself.</summary>
public sealed class StatisticsTests : IAsyncDisposable
{
    private readonly TestBroker _broker = new();
    private readonly TestClient _client;

    public StatisticsTests() => _client = _broker.Connect();

    [Theory]
    [InlineData(SerializeType.Json)]
    [InlineData(SerializeType.Binary)]
    public void RuntimeInfo_HasAllThatTheExporterParses(SerializeType serializeType)
    {
        Exchange();

        RemotingCommand answer = _client.Call((int)RequestCode.GetBrokerRuntimeInfo, serializeType: serializeType);

        Assert.Equal((int)ResponseCode.Success, answer.Code);
        Assert.True(KvTable.TryRead(answer.Body.Span, out KvTable? table, out string? problem), problem);
        var report = new ExporterReport(table.Table);
        Assert.Equal((3, 2), (report.Whole("msgPutTotalTodayNow"), report.Whole("msgGetTotalTodayNow")));
        Assert.Equal(3, report.Sends.Values.Sum());
        Assert.InRange(report.FreeBytes, 1, report.DiskBytes);
        Assert.Equal(_broker.Node.Store.Log.AppendedUntil, report.Whole("commitLogMaxOffset"));
        Assert.Equal(report.Whole("commitLogMaxOffset"), report.Whole("putMessageSizeTotal"));
    }

    [Fact]
    public void RuntimeInfo_IsWhole_BeforeAnythingHappened()
    {
        RemotingCommand answer = _client.Call((int)RequestCode.GetBrokerRuntimeInfo);

        Assert.True(KvTable.TryRead(answer.Body.Span, out KvTable? table, out string? problem), problem);
        Assert.Equal(-1, new ExporterReport(table.Table).Whole("earliestMessageTimeStamp"));
        Assert.Equal("0 0 0", table.Table["putTps"]);
    }

    [Theory]
    [InlineData("TOPIC_PUT_NUMS", "Orders", 3)]
    [InlineData("GROUP_GET_NUMS", "Orders@consumers", 2)]
    [InlineData("BROKER_PUT_NUMS", "DefaultCluster", 3)]
    [InlineData("BROKER_GET_NUMS", "DefaultCluster", 2)]
    public void Statistics_AreGivenByNameAndKey(string name, string key, int expected)
    {
        Exchange();

        BrokerStatsData data = View(name, key);

        Assert.Equal((expected, expected, expected), (data.StatsMinute.Sum, data.StatsHour.Sum, data.StatsDay.Sum));
        Assert.InRange(data.StatsMinute.Tps, 0.001, expected);
    }

    [Fact]
    public void Statistics_OfSizes_AreTheLogs()
    {
        Exchange();

        Assert.Equal(_broker.Node.Store.Log.AppendedUntil, View("TOPIC_PUT_SIZE", "Orders").StatsDay.Sum);
        Assert.InRange(
            View("GROUP_GET_SIZE", "Orders@consumers").StatsDay.Sum, 1, _broker.Node.Store.Log.AppendedUntil - 1);
    }

    [Fact]
    public void Statistics_AreWritten_AsJavaReadsThem()
    {
        Exchange();
        RemotingCommand answer = Call(
            RequestCode.ViewBrokerStatsData, new() { ["statsName"] = "BROKER_PUT_NUMS", ["statsKey"] = "DefaultCluster" });

        Assert.Matches(
            """^\{"statsMinute":\{"sum":3,"tps":[0-9.]+,"avgpt":0\},"statsHour":\{.*\},"statsDay":\{.*\}\}$""",
            Encoding.UTF8.GetString(answer.Body.Span));
    }

    [Fact]
    public void Statistics_AreRefused_WhenNothingWasCounted()
    {
        RemotingCommand answer = _client.Call((int)RequestCode.ViewBrokerStatsData, new()
        {
            ["statsName"] = "TOPIC_PUT_NUMS",
            ["statsKey"] = "Orders",
        });

        Assert.Equal((int)ResponseCode.SystemError, answer.Code);
        Assert.Contains("'Orders'", answer.Remark, StringComparison.Ordinal);
    }

    [Fact]
    public void Progress_HasTheRateAndWhatIsInFlight()
    {
        Exchange();
        Call(RequestCode.UpdateConsumerOffset, new()
        {
            ["consumerGroup"] = "consumers",
            ["topic"] = "Orders",
            ["queueId"] = "0",
            ["commitOffset"] = "1",
        });

        RemotingCommand answer = Call(RequestCode.GetConsumeStats, new() { ["consumerGroup"] = "consumers" });

        Assert.True(ConsumeStats.TryRead(answer.Body.Span, out ConsumeStats? stats, out string? problem), problem);
        OffsetWrapper queue = stats.OffsetTable[new MessageQueueKey("Orders", "broker-a", 0)];
        Assert.Equal((3, 1, 2), (queue.BrokerOffset, queue.ConsumerOffset, queue.PullOffset));
        Assert.True(queue.LastTimestamp > 0);
        Assert.InRange(stats.ConsumeTps, 0.001, 2);
    }

    [Theory]
    [InlineData("false", 1)]
    [InlineData("true", 0)]
    public void ProgressOfAll_HasEveryGroup(string onlyOrdered, int topics)
    {
        Exchange();
        Call(RequestCode.UpdateConsumerOffset, new()
        {
            ["consumerGroup"] = "consumers",
            ["topic"] = "Orders",
            ["queueId"] = "0",
            ["commitOffset"] = "1",
        });

        RemotingCommand answer = Call(RequestCode.GetBrokerConsumeStats, new() { ["isOrder"] = onlyOrdered });

        bool isRead = ConsumeStatsList.TryRead(answer.Body.Span, out ConsumeStatsList? list, out string? problem);
        Assert.True(isRead, problem);
        Assert.Equal("127.0.0.1:9876", list!.BrokerAddr);
        Assert.Equal((2 * topics, topics), (list.TotalDiff, list.TotalInflightDiff));
        Assert.Equal(topics, list.Groups.Single(groups => groups.ContainsKey("consumers"))["consumers"].Count);
    }

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    /// <summary>Three messages in, two of them out.</summary>
    private void Exchange()
    {
        for (int message = 0; message < 3; message++)
        {
            RemotingCommand sent = _client.Call((int)RequestCode.SendMessage, new()
            {
                ["producerGroup"] = "producers",
                ["topic"] = "Orders",
                ["defaultTopic"] = "TBW102",
                ["defaultTopicQueueNums"] = "4",
                ["queueId"] = "0",
                ["sysFlag"] = "0",
                ["bornTimestamp"] = "1",
                ["flag"] = "0",
            }, "body");
            Assert.Equal((int)ResponseCode.Success, sent.Code);
        }

        Call(RequestCode.PullMessage, new()
        {
            ["consumerGroup"] = "consumers",
            ["topic"] = "Orders",
            ["queueId"] = "0",
            ["queueOffset"] = "0",
            ["maxMsgNums"] = "2",
            ["sysFlag"] = "4",
            ["commitOffset"] = "0",
            ["suspendTimeoutMillis"] = "0",
            ["subscription"] = "*",
            ["subVersion"] = "1",
        });
    }

    private BrokerStatsData View(string name, string key)
    {
        RemotingCommand answer =
            Call(RequestCode.ViewBrokerStatsData, new() { ["statsName"] = name, ["statsKey"] = key });
        Assert.True(BrokerStatsData.TryRead(answer.Body.Span, out BrokerStatsData? data, out string? problem), problem);
        return data;
    }

    private RemotingCommand Call(RequestCode code, Dictionary<string, string> fields)
    {
        RemotingCommand answer = _client.Call((int)code, fields);
        Assert.True((int)ResponseCode.Success == answer.Code, $"{code}: {answer.Code} {answer.Remark}");
        return answer;
    }
}

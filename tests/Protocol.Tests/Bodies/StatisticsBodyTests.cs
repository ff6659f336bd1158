using OrleansMq.Protocol.Bodies;

namespace OrleansMq.Protocol.Tests.Bodies;

/// <summary>Bodies of statistics and of looks into the store, as a RocketMQ broker 4.9.8 writes them.</summary>
public sealed class StatisticsBodyTests
{
    [Fact]
    public void BrokerStats_AreRead_AsJavaWritesThem()
    {
        byte[] body = BodyText.Bytes("""
            {"statsDay":{"avgpt":0.0,"sum":0,"tps":0.0},"statsHour":{"avgpt":1.0,"sum":1,"tps":8.333333333333334E-4},
            "statsMinute":{"avgpt":0.0,"sum":0,"tps":0.0}}
            """);

        Assert.True(BrokerStatsData.TryRead(body, out BrokerStatsData? stats, out string? problem), problem);
        Assert.Equal((1, 1.0, 8.333333333333334E-4), (stats.StatsHour.Sum, stats.StatsHour.Avgpt, stats.StatsHour.Tps));
    }

    [Fact]
    public void BrokerStats_AreWritten_WithAllThreeWindows() => Assert.Equal(
        """{"statsMinute":{"sum":3,"tps":0.5,"avgpt":1},"statsHour":{"sum":0,"tps":0,"avgpt":0},"""
        + "\"statsDay\":{\"sum\":0,\"tps\":0,\"avgpt\":0}}",
        BodyText.Of(new BrokerStatsData { StatsMinute = new() { Sum = 3, Tps = 0.5, Avgpt = 1 } }.WriteTo));

    [Fact]
    public void ConsumeStatsList_IsRead_AsJavaWritesIt()
    {
        byte[] body = BodyText.Bytes("""
            {"brokerAddr":"127.0.0.1:29911","consumeStatsList":[{"SELF_TEST_C_GROUP":[]},{"G":[{"consumeTps":0.5,
            "offsetTable":{{"brokerName":"broker-a","queueId":1,"topic":"T"}:{"brokerOffset":25,"consumerOffset":20,
            "lastTimestamp":7}}}]}],"totalDiff":5}
            """);

        Assert.True(ConsumeStatsList.TryRead(body, out ConsumeStatsList? list, out string? problem), problem);
        Assert.Equal((5, 2), (list.TotalDiff, list.Groups.Count));
        ConsumeStats stats = Assert.Single(list.Groups[1]["G"]);
        Assert.Equal(20, stats.OffsetTable[new MessageQueueKey("T", "broker-a", 1)].ConsumerOffset);
    }

    [Fact]
    public void ConsumeStatsList_IsReadBack_AsItWasWritten()
    {
        var written = new ConsumeStatsList
        {
            BrokerAddr = "127.0.0.1:9876",
            TotalDiff = 5,
            TotalInflightDiff = 2,
            Groups =
            [
                new() { ["empty"] = [] },
                new()
                {
                    ["G"] =
                    [
                        new()
                        {
                            OffsetTable = { [new MessageQueueKey("T", "broker-a", 1)] = new() { BrokerOffset = 9 } },
                        },
                        new(),
                    ],
                },
            ],
        };
        string text = BodyText.Of(written.WriteTo);

        Assert.StartsWith(
            """{"brokerAddr":"127.0.0.1:9876","consumeStatsList":[{"empty":[]},{"G":[{"consumeTps":0,"offse""",
            text, StringComparison.Ordinal);
        Assert.EndsWith(
            """]}],"totalDiff":5,"totalInflightDiff":2}""", text, StringComparison.Ordinal);
        bool isRead = ConsumeStatsList.TryRead(BodyText.Bytes(text), out ConsumeStatsList? read, out string? problem);
        Assert.True(isRead, problem);
        Assert.Equal(9, Assert.Single(read!.Groups[1]["G"][0].OffsetTable).Value.BrokerOffset);
        Assert.Equal((2, "127.0.0.1:9876"), (read.Groups[1]["G"].Count, read.BrokerAddr));
    }

    [Fact]
    public void ConsumeQueueEntries_AreRead_AsJavaWritesThem()
    {
        byte[] body = BodyText.Bytes("""
            {"filterData":"null","maxQueueIndex":11,"minQueueIndex":0,"queueData":[{"eval":false,"physicOffset":341252,
            "physicSize":210,"tagsCode":2598919}],"subscriptionData":{"classFilterMode":false,"codeSet":[2598919],
            "expressionType":"TAG","subString":"TagA || TagB","subVersion":1795614182371,"tagsSet":["TagA","TagB"],
            "topic":"TLive"}}
            """);

        Assert.True(ConsumeQueueEntries.TryRead(body, out ConsumeQueueEntries? entries, out string? problem), problem);
        ConsumeQueueData entry = Assert.Single(entries.QueueData!);
        Assert.Equal((341_252, 210, 2_598_919), (entry.PhysicOffset, entry.PhysicSize, entry.TagsCode));
        Assert.Equal("TagA || TagB", entries.SubscriptionData!.SubString);
    }

    [Fact]
    public void ConsumeQueueEntries_LeaveOutWhatIsNotThere() => Assert.Equal(
        """{"maxQueueIndex":2,"minQueueIndex":1}""",
        BodyText.Of(new ConsumeQueueEntries { MaxQueueIndex = 2, MinQueueIndex = 1 }.WriteTo));

    [Theory]
    [InlineData("{0:5,1:6}")]
    [InlineData("{\"0\":5,\"1\":6}")]
    public void DelayOffsets_AreRead_HoweverLevelsAreWritten(string table)
    {
        byte[] body = BodyText.Bytes("{\"offsetTable\":" + table + "}");

        Assert.True(DelayOffsets.TryRead(body, out DelayOffsets? offsets, out string? problem), problem);
        Assert.Equal(new() { [0] = 5, [1] = 6 }, offsets.OffsetTable);
    }
}

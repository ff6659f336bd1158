using OrleansMq.Broker.Metadata;
using OrleansMq.Broker.Tests.Metadata;
using OrleansMq.Broker.Topics;

namespace OrleansMq.Broker.Tests.Topics;

public sealed class TopicsFileTests
{
    private static readonly TopicTable Table = new(
        [
            new TopicConfig
            {
                Name = "Orders",
                ReadQueues = 3,
                WriteQueues = 4,
                Permissions = TopicPermissions.Read,
                Order = true,
                SystemFlag = 2,
                Attributes = new Dictionary<string, string> { ["message.type"] = "FIFO" },
            },
            new TopicConfig { Name = "%RETRY%group", ReadQueues = 1, WriteQueues = 1 },
        ],
        new DataVersion(1, 1_700_000_000_000, 9));

    [Fact]
    public void TryDecode_BringsBackWhatEncodeWrote()
    {
        Assert.True(
            TopicsFile.TryDecode(TopicsFile.Encode(Table), out TopicTable? table, out string? problem), problem);
        Assert.Equal(Table.Topics, table.Topics);
        Assert.Equal(Table.Version, table.Version);
    }

    [Fact]
    public void TryDecode_ReadsAFileOfRocketMq()
    {
        ReadOnlySpan<byte> file = """
            {
            	"dataVersion":{"counter":3,"stateVersion":0,"timestamp":1650000000000},
            	"topicConfigTable":{
            		"Orders":{"attributes":{},"order":false,"perm":6,"readQueueNums":8,"topicFilterType":"SINGLE_TAG",
            			"topicName":"Orders","topicSysFlag":0,"writeQueueNums":8},
            		"Sparse":{}
            	}
            }
            """u8;
        Assert.True(TopicsFile.TryDecode(file, out TopicTable? table, out string? problem), problem);
        Assert.Equal(
            [new TopicConfig { Name =
                "Orders" }, new TopicConfig { Name = "Sparse", ReadQueues = 16, WriteQueues = 16 }],
            table.Topics);
        Assert.Equal(new DataVersion(0, 1_650_000_000_000, 3), table.Version);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("""{"topicConfigTable":[]}""")]
    [InlineData("""{"topicConfigTable":{"A":7}}""")]
    [InlineData("""{"topicConfigTable":{"A":{"perm":"6"}}}""")]
    [InlineData("""{"topicConfigTable":{"A":{"readQueueNums":-1}}}""")]
    [InlineData("""{"topicConfigTable":{"A":{"readQueueNums":4294967296}}}""")]
    [InlineData("""{"topicConfigTable":{"A":{"order":1}}}""")]
    [InlineData("""{"topicConfigTable":{"A":{"attributes":{"b":1}}}}""")]
    [InlineData("""{"topicConfigTable":{"\ud800":{}}}""")]
    public void TryDecode_GivesAProblem_WhenAValueIsWrong(string file) =>
        Damage.AssertProblem<TopicTable>(TopicsFile.TryDecode, System.Text.Encoding.UTF8.GetBytes(file));

    [Fact]
    public void TryDecode_NeverThrows_WhateverTheDamage() =>
        Damage.AssertNeverThrows<TopicTable>(TopicsFile.TryDecode, TopicsFile.Encode(Table));
}

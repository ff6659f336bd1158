using OrleansMq.Interop.Tests.Clients;

namespace OrleansMq.Interop.Tests;

/// <summary>Groups get the messages whose tags they subscribe to.</summary>
public sealed class FilterTests(InteropBroker broker) : IClassFixture<InteropBroker>
{
    [Theory]
    [InlineData("A || B", "a,b")]
    [InlineData("A", "a")]
    [InlineData("*", "a,b,c,untagged")]
    public async Task Consume_GetsTheMatchingMessages_WhenItSubscribesTo(string expression, string expected)
    {
        string suffix = string.Concat(expression.Where(char.IsLetter));
        string topic = await broker.CreateTopicAsync($"filter-{suffix}");
        await broker.SendAsync(
            topic, new { text = "a", tags = "A" }, new { text = "untagged" }, new { text = "c", tags = "C" },
            new { text = "b", tags = "B" }, new { text = "last", tags = "A" });

        NodeScript consumer = await broker.ConsumeAsync(topic, $"filter-group-{suffix}", new { expression });
        await consumer.WaitAsync("the last message", events => events.Any(item => item.Text == "last"));

        IEnumerable<string> texts = consumer.Of("message").Select(message => message.Text!).Where(text => text != "last");
        Assert.Equal(expected, string.Join(',', texts.Order(StringComparer.Ordinal)));
    }

    [Theory]
    [InlineData("price > 10 AND color = 'red'", 0, "")]
    [InlineData("price LIKE '1%'", 23, "LIKE")]
    public async Task Pull_SelectsByProperties_OrSaysWhyNot(string subscription, int code, string reason)
    {
        string topic = await broker.CreateTopicAsync($"filter-sql-{code}", 1);
        await broker.SendAsync(topic, new { text = "plain" });

        ScriptEvent response = await broker.RequestAsync(11, new
        {
            consumerGroup = "filter-sql-group", topic, queueId = 0, queueOffset = 0, maxMsgNums = 1, sysFlag = 4,
            commitOffset = 0, suspendTimeoutMillis = 0, subscription, subVersion = 1, expressionType = "SQL92",
        });

        // Nothing matches, so that the client is to go on behind what was looked at.
        Assert.Equal(code == 0 ? 20 : code, response.ResponseCode);
        Assert.Contains(reason, response.Message ?? "", StringComparison.Ordinal);
        if (code == 0)
            Assert.Equal("1", response.Field("nextBeginOffset"));
    }

    [Fact]
    public async Task Broadcast_GivesAllToAll_WhenTwoMembersListen()
    {
        string topic = await broker.CreateTopicAsync("broadcast", 4);
        NodeScript[] members = await Task.WhenAll(
            Enumerable.Range(0, 2).Select(_ => broker.ConsumeAsync(topic, "broadcast-group", new { isBroadcast = true })));

        IReadOnlyList<ScriptEvent> sent = await broker.SendAsync(new
        {
            nameServer = broker.Address, topic, series = new { prefix = "all", count = 100, lanes = 4 },
        });

        string[] expected = [.. sent.Select(message => message.Text!).Order(StringComparer.Ordinal)];
        foreach (NodeScript member in members)
        {
            IReadOnlyList<ScriptEvent> received = await member.WaitForAsync("message", 100);
            Assert.Equal(expected, received.Select(message => message.Text!).Order(StringComparer.Ordinal));
        }
    }
}

using System.Globalization;
using OrleansMq.Interop.Tests.Clients;

namespace OrleansMq.Interop.Tests;

/// <summary>A group goes on where it was, and a new one begins where it says.</summary>
public sealed class OffsetTests(InteropBroker broker) : IClassFixture<InteropBroker>
{
    private const int Queues = 2;
    private const int Messages = 200;

    [Fact]
    public async Task Restart_RepeatsAndSkipsNothing_WhenTheBrokerStopsCleanly()
    {
        string topic = await SendAndConsumeAsync("offsets-clean");

        await broker.StopAndRestartAsync();

        Assert.Equal(Texts("second"), await ConsumeTheRestAsync(topic));
    }

    /// <summary>The client committed long before the kill; the broker writes offsets every 100 ms here.</summary>
    [Fact]
    public async Task Restart_SkipsNothing_WhenTheBrokerIsKilled()
    {
        string topic = await SendAndConsumeAsync("offsets-killed");
        await broker.SendAsync(topic, new { text = "unread-0", queue = 0 });

        await broker.KillAndRestartAsync();

        string[] rest = await ConsumeTheRestAsync(topic);
        Assert.Equal([.. Texts("second"), "unread-0"], rest.Where(text => !text.StartsWith("first", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("CONSUME_FROM_FIRST_OFFSET", "new,old")]
    [InlineData("CONSUME_FROM_LAST_OFFSET", "new")]
    [InlineData("CONSUME_FROM_TIMESTAMP", "new,old")]
    public async Task Consume_BeginsWhereItIsTold_WhenTheGroupIsNew(string from, string expected)
    {
        string topic = await broker.CreateTopicAsync($"from-{from}");
        await broker.SendAsync(topic, new { text = "old" });

        string timestamp = DateTime.Now.AddMinutes(-1).ToString("yyyyMMddHHmmss", CultureInfo.InvariantCulture);
        NodeScript consumer = await broker.ConsumeAsync(topic, $"from-group-{from}", new { from, timestamp });
        await consumer.WaitForAsync("assigned");
        await broker.SendAsync(topic, new { text = "new" });
        await consumer.WaitAsync("the new message", events => events.Any(item => item.Text == "new"));

        Assert.Equal(expected, string.Join(',', consumer.Of("message").Select(message => message.Text).Order()));
    }

    [Fact]
    public async Task Consume_SkipsWhatIsOlder_WhenItBeginsAtATimestamp()
    {
        string topic = await broker.CreateTopicAsync("from-later");
        await broker.SendAsync(topic, new { text = "old" });

        // The client knows whole seconds only, so that the time must be one after the old message's.
        string timestamp = DateTime.Now.AddSeconds(2).ToString("yyyyMMddHHmmss", CultureInfo.InvariantCulture);
        NodeScript consumer = await broker.ConsumeAsync(
            topic, "from-later-group", new { from = "CONSUME_FROM_TIMESTAMP", timestamp });
        await consumer.WaitForAsync("assigned");
        await broker.SendAsync(topic, new { text = "new" });
        await consumer.WaitForAsync("message");

        Assert.Equal(["new"], consumer.Of("message").Select(message => message.Text));
    }

    /// <summary>A group that has consumed the first messages and left, and messages that wait for it.</summary>
    private async Task<string> SendAndConsumeAsync(string name)
    {
        string topic = await broker.CreateTopicAsync(name, Queues);
        NodeScript consumer = await broker.ConsumeAsync(topic, $"{name}-group");
        await SendSeriesAsync(topic, "first");
        await consumer.WaitForAsync("message", Messages);
        await consumer.LeaveAsync();
        await SendSeriesAsync(topic, "second");
        return topic;
    }

    private async Task<string[]> ConsumeTheRestAsync(string topic)
    {
        NodeScript consumer = await broker.ConsumeAsync(topic, $"{topic}-group");
        await broker.SendAsync(topic, new { text = "end", queue = 0 }, new { text = "end", queue = 1 });
        await consumer.WaitAsync("the end of both queues", events => events.Count(item => item.Text == "end") >= Queues);
        return [.. consumer.Of("message").Select(message => message.Text!).Where(text => text != "end").Order(StringComparer.Ordinal)];
    }

    private Task<IReadOnlyList<ScriptEvent>> SendSeriesAsync(string topic, string prefix) => broker.SendAsync(new
    {
        nameServer = broker.Address, topic, series = new { prefix, count = Messages, lanes = 1 },
    });

    private static IEnumerable<string> Texts(string prefix) =>
        Enumerable.Range(0, Messages).Select(number => $"{prefix}-0-{number}").Order(StringComparer.Ordinal);
}

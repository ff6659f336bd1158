using OrleansMq.Interop.Tests.Clients;

namespace OrleansMq.Interop.Tests;

/// <summary>Messages with a delivery time arrive once, not before it and soon after it.</summary>
public sealed class DelayTests(InteropBroker broker) : IClassFixture<InteropBroker>
{
    /// <summary>How much later than asked a message may come; the machine may be busy with the other tests.</summary>
    private const int LateMilliseconds = 3_000;

    /// <summary>How much later it may come when the broker was killed and started again while it waited.</summary>
    private const int LateAfterRestartMilliseconds = 8_000;

    private static readonly object[] Kinds =
    [
        new { text = "level-1000", delay = 1 },
        new { text = "level-2000", delay = 2 },
        new { text = "delivertime-1500", deliverInMilliseconds = 1_500 },
        new { text = "delayms-1250", properties = new { TIMER_DELAY_MS = "1250" } },
        new { text = "delaysec-2000", properties = new { TIMER_DELAY_SEC = "2" } },
        new { text = "delivertime-3000", deliverInMilliseconds = 3_000 },
    ];

    [Fact]
    public async Task Send_IsDeliveredInTime_WhenItAsksForADelay()
    {
        string topic = await broker.CreateTopicAsync("delay");
        NodeScript consumer = await broker.ConsumeAsync(topic, "delay-group");

        IReadOnlyList<ScriptEvent> sent = await broker.SendAsync(topic, Kinds);

        IReadOnlyList<ScriptEvent> received = await consumer.WaitForAsync("message", Kinds.Length);
        AssertInTime(sent, received, LateMilliseconds);
    }

    [Fact]
    public async Task Send_IsDeliveredOnce_WhenTheBrokerIsKilledMeanwhile()
    {
        string topic = await broker.CreateTopicAsync("delay-killed");
        IReadOnlyList<ScriptEvent> sent = await broker.SendAsync(
            topic, [.. Kinds, new { text = "delayms-9000", properties = new { TIMER_DELAY_MS = "9000" } }]);

        await broker.KillAndRestartAsync();

        NodeScript consumer = await broker.ConsumeAsync(topic, "delay-killed-group");
        await consumer.WaitForAsync("message", sent.Count);
        await broker.KillAndRestartAsync();
        await broker.SendAsync(topic, new { text = "end-0" });
        await consumer.WaitAsync("the end", events => events.Any(item => item.Text == "end-0"));

        // Offsets tell deliveries of the broker from those that the consumer saw again after the second kill.
        ScriptEvent[] received = [.. consumer.Of("message").Where(message => message.Text != "end-0").DistinctBy(message => message.Offset)];
        AssertInTime(sent, received, LateAfterRestartMilliseconds);
    }

    [Theory]
    [InlineData("TIMER_DELAY_SEC", "8640000", "delay")]
    [InlineData("TIMER_DELAY_MS", "soon", "TIMER_DELAY_MS")]
    public async Task Send_IsRefusedWithAReason_WhenTheDelayIsImpossible(string property, string value, string reason)
    {
        string topic = await broker.CreateTopicAsync("delay-refused");

        var message = new { text = "x", queue = 0, properties = new Dictionary<string, string> { [property] = value } };
        ScriptEvent result = (await broker.TrySendAsync(
            new { nameServer = broker.Address, topic, messages = new[] { message } }))[0];

        Assert.Equal("failed", result.Event);
        Assert.Equal(13, result.ResponseCode);
        Assert.Contains(reason, result.Message, StringComparison.OrdinalIgnoreCase);
    }

    private static void AssertInTime(IReadOnlyList<ScriptEvent> sent, IReadOnlyList<ScriptEvent> received, int late)
    {
        Assert.Equal(Texts(sent), Texts(received));
        foreach (ScriptEvent message in received)
        {
            int delay = int.Parse(message.Text!.Split('-')[1]);
            ScriptEvent origin = sent.Single(candidate => candidate.Text == message.Text);
            long elapsed = message.At - origin.SentAt;
            Assert.True(
                elapsed >= delay && message.At - origin.At <= delay + late,
                $"'{message.Text}' came {elapsed} ms after it was sent; {delay} to {delay + late} were allowed.");
        }
    }

    private static IEnumerable<string?> Texts(IEnumerable<ScriptEvent> messages) =>
        messages.Select(message => message.Text).Order(StringComparer.Ordinal);
}

using OrleansMq.Interop.Tests.Clients;

namespace OrleansMq.Interop.Tests;

/// <summary>Messages that a consumer could not process come again later, and in the end lie in the dead-letter queue.</summary>
public sealed class RetryTests(InteropBroker broker) : IClassFixture<InteropBroker>
{
    /// <summary>How much later than asked a retry may come; the machine may be busy with the other tests.</summary>
    private const int LateMilliseconds = 4_000;

    [Fact]
    public async Task Fail_BringsTheMessageBackThenBuriesIt_WhenItNeverSucceeds()
    {
        string topic = await broker.CreateTopicAsync("retry");
        NodeScript consumer = await broker.ConsumeAsync(
            topic, "retry-group", new { failing = "poison", maxReconsumeTimes = 2 });

        ScriptEvent poison = (await broker.SendAsync(topic, new
        {
            text = "poison", tags = "T", keys = new[] { "k" }, properties = new { colour = "red" },
        }))[0];
        IReadOnlyList<ScriptEvent> others = await broker.SendAsync(topic, [.. Enumerable.Range(0, 20).Select(n => new { text = $"good-{n}" })]);
        await consumer.WaitAsync("three tries", events => events.Count(item => item.Text == "poison") == 3);

        ScriptEvent[] tries = [.. consumer.Of("message").Where(message => message.Text == "poison")];
        Assert.Equal([0, 1, 2], tries.Select(message => message.ReconsumeTimes));
        Assert.All(tries, message => Assert.Equal((topic, "T", "k"), (message.Topic, message.Tags, message.Keys)));
        Assert.InRange(tries[1].At - tries[0].At, 1_000, 1_000 + LateMilliseconds);
        Assert.InRange(tries[2].At - tries[1].At, 2_000, 2_000 + LateMilliseconds);
        ScriptEvent[] good = [.. consumer.Of("message").Where(message => message.Text!.StartsWith("good", StringComparison.Ordinal))];
        Assert.Equal(others.Select(message => message.Text), good.Select(message => message.Text));
        Assert.True(good[^1].At < tries[2].At, "The other messages must not wait for the failed one.");

        ScriptEvent buried = await ReadDeadLetterAsync("retry-group");
        Assert.Equal(("poison", "T", "k"), (buried.Text, buried.Tags, buried.Keys));
        Assert.Equal("red", buried.Properties["colour"]);
        Assert.Equal(topic, buried.Properties["DLQ_ORIGIN_TOPIC"]);
        Assert.Equal(poison.MessageId, buried.Properties["DLQ_ORIGIN_MESSAGE_ID"]);
    }

    private async Task<ScriptEvent> ReadDeadLetterAsync(string group)
    {
        NodeScript undertaker = await broker.ConsumeAsync($"%DLQ%{group}", "undertaker");
        return (await undertaker.WaitForAsync("message"))[0];
    }
}

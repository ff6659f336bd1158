using OrleansMq.Interop.Tests.Clients;

namespace OrleansMq.Interop.Tests;

/// <summary>
/// A client at work is sent elsewhere that knows nothing of code 220: it finds out with its next pull, and what it still
/// commits of before changes nothing.
/// </summary>
public sealed class RewindTests(InteropBroker broker) : IClassFixture<InteropBroker>
{
    private const int Messages = 40;

    [Fact]
    public async Task Reset_HasAConsumerAtWorkConsumeEverythingAgain()
    {
        string topic = await broker.CreateTopicAsync("rewound");
        await broker.SendAsync(topic, [.. Enumerable.Range(0, Messages).Select(
            number => new { text = $"m{number}", queue = 0 })]);
        NodeScript consumer = await broker.ConsumeAsync(topic, "rewound-group");
        await consumer.WaitAsync("all messages", events => events.Count(item => item.Event == "message") == Messages);

        ScriptEvent answer = await broker.RequestAsync(
            222, new { topic, group = "rewound-group", timestamp = 0, isForce = true });
        Assert.Equal(0, answer.ResponseCode);
        await consumer.WaitAsync(
            "all messages again", events => events.Count(item => item.Event == "message") >= 2 * Messages);

        string[] again = [.. consumer.Of("message").Skip(Messages).Take(Messages).Select(message => message.Text!)];
        Assert.Equal(Enumerable.Range(0, Messages).Select(number => $"m{number}"), again);
    }
}

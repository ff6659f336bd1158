using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using OrleansMq.Client;
using OrleansMq.Client.Consuming;
using OrleansMq.Client.Receiving;
using OrleansMq.Interop.Tests.Clients;

namespace OrleansMq.Interop.Tests;

/// <summary>The .NET client and npm <c>ali-ons</c> in one group: they share the queues by the same rule.</summary>
public sealed class SharedGroupTests(InteropBroker broker) : IClassFixture<InteropBroker>
{
    private const int Messages = 200;
    private const int Queues = 4;

    [Fact]
    public async Task Members_OfBothKinds_GetEveryMessageOnceBetweenThem()
    {
        string topic = await broker.CreateTopicAsync("shared-kinds", Queues);
        NodeScript other = await broker.ConsumeAsync(topic, "shared-kinds-group");
        var received = new ConcurrentQueue<string>();
        await using var client = new OrleansMqClient(broker.Address);
        await using PushConsumer consumer = client.CreateConsumer(
            new ConsumerOptions
            {
                Group = "shared-kinds-group",
                Subscriptions = new Dictionary<string, MessageFilter> { [topic] = MessageFilter.All },
                RebalanceInterval = TimeSpan.FromMilliseconds(300),
                CommitInterval = TimeSpan.FromMilliseconds(300),
            },
            (message, _) =>
            {
                received.Enqueue(Encoding.UTF8.GetString(message.Body.Span));
                return ValueTask.FromResult(ConsumeResult.Ack);
            });
        await consumer.StartAsync();
        await UntilAsync(
            "all queues are shared out",
            () => (OwnedBy(other), consumer.Queues.Count(queue => queue.Topic == topic)) is (> 0, > 0) owned
                && owned.Item1 + owned.Item2 == Queues * InteropHost.Brokers);

        await broker.SendAsync(topic, [.. Enumerable.Range(0, Messages).Select(
            number => new { text = $"m{number}", queue = number % Queues })]);
        await UntilAsync("all messages", () => received.Count + other.CountOf("message") >= Messages);

        Assert.Equal(
            Enumerable.Range(0, Messages).Select(number => $"m{number}").Order(),
            received.Concat(other.Of("message").Select(message => message.Text!)).Order());
    }

    private static int OwnedBy(NodeScript member) =>
        member.Of("assigned") is { Count: > 0 } assignments ? assignments[^1].Queues.Count : 0;

    private static async Task UntilAsync(string what, Func<bool> isSo)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        for (var watch = Stopwatch.StartNew(); !isSo(); await timer.WaitForNextTickAsync())
        {
            if (watch.Elapsed > TimeSpan.FromSeconds(60))
                Assert.Fail($"Waited 60 s in vain for this: {what}.");
        }
    }
}

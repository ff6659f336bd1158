using System.Globalization;
using OrleansMq.Client;
using OrleansMq.Client.Receiving;
using OrleansMq.Client.Sending;

namespace OrleansMq.Cli.Demo.Checks;

/// <summary>Sends messages that are to come later and measures when they come.</summary>
internal static class DelayedMessages
{
    private const string DueProperty = "due";

    /// <summary>
    /// None comes before its time. Waiting on a loaded machine may take long, a message that is stuck much longer.
    /// </summary>
    private static readonly TimeSpan MostLate = TimeSpan.FromSeconds(2);

    /// <summary>Sends so many messages and reads them back.</summary>
    /// <param name="context">What all checks share.</param>
    /// <param name="topic">A topic of its own with one queue.</param>
    /// <param name="count">How many.</param>
    /// <param name="delayOf">How long each waits.</param>
    /// <param name="make">Makes a message from what all have in common and its due time.</param>
    /// <param name="result">Takes what was found.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task RunAsync(
        DemoContext context, string topic, int count, Func<int, TimeSpan> delayOf,
        Func<byte[], IReadOnlyDictionary<string, string>, DateTimeOffset, Message> make,
        CheckResult result, CancellationToken cancellation)
    {
        await context.CreateTopicAsync(topic, 1, cancellation);
        await using BrokerClient client = await context.ConnectAsync(cancellation);
        Task<List<double>> reading = ReadAsync(client, topic, count, result, cancellation);
        await using BrokerClient producer = await context.ConnectAsync(cancellation);
        for (int index = 0; index < count; index++)
        {
            var due = DateTimeOffset.FromUnixTimeMilliseconds(
                (DateTimeOffset.UtcNow + delayOf(index)).ToUnixTimeMilliseconds());
            var properties = new Dictionary<string, string>
            {
                [DueProperty] = due.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture),
            };
            await producer.SendAsync(make(DemoBody.Make(0, index, 64), properties, due), 0, cancellation);
        }

        List<double> late = await reading;
        result.Messages = late.Count;
        string middle = Figures.Milliseconds(Figures.Percentile(late, 0.5));
        string most = Figures.Milliseconds(Figures.Percentile(late, 1));
        result.Measure = $"late: p50 {middle}, max {most}";
        if (late.Exists(time => time < 0))
            result.Fail($"expected no message before its time, got one {Figures.Milliseconds(-late.Min())} early");
        if (late.Exists(time => time > MostLate.TotalMilliseconds))
            result.Fail($"expected no message more than {MostLate.TotalSeconds} s late, got one {most} late");
    }

    private static async Task<List<double>> ReadAsync(
        BrokerClient client, string topic, int count, CheckResult result, CancellationToken cancellation)
    {
        var late = new List<double>();
        var seen = new HashSet<long>();
        for (long offset = 0; offset < count;)
        {
            PullOutcome outcome = await client.PullAsync(
                new PullRequest("demo-delay", topic, 0, offset) { Wait = TimeSpan.FromSeconds(8) }, cancellation);
            double now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
            foreach (ReceivedMessage message in outcome.Messages)
            {
                if (!DemoBody.TryRead(message.Body.Span, out _, out long sequence) || !seen.Add(sequence))
                    result.Fail($"offset {message.QueueOffset}: expected a message as it was sent, for the first time");
                late.Add(now - long.Parse(message.Properties[DueProperty], CultureInfo.InvariantCulture));
            }

            offset = outcome.NextOffset;
            if (outcome.Messages.Count > 0)
                continue;
            result.Lost = count - late.Count;
            result.Fail($"expected {count} messages, got {late.Count}");
            return late;
        }

        return late;
    }
}

using System.Diagnostics;
using OrleansMq.Client;
using OrleansMq.Client.Receiving;
using OrleansMq.Client.Sending;

namespace OrleansMq.Cli.Demo.Checks;

/// <summary>A consumer that asks for two tags gets the messages of these, and no other.</summary>
internal sealed class TagsCheck : IDemoCheck
{
    private const int Messages = 2_000;
    private static readonly string?[] Tags = ["paid", "sent", null, "lost"];

    public string What => "two of four tags";

    public async Task RunAsync(DemoContext context, CheckResult result, CancellationToken cancellation)
    {
        const string topic = "tags";
        await context.CreateTopicAsync(topic, 1, cancellation);
        await using BrokerClient client = await context.ConnectAsync(cancellation);
        await Task.WhenAll(Enumerable.Range(0, Messages).Select(index => client.SendAsync(
            new Message { Topic = topic, Body = DemoBody.Make(0, index, 32), Tag = Tags[index % Tags.Length] },
            0, cancellation).AsTask()));

        long began = Stopwatch.GetTimestamp();
        var expected = Enumerable.Range(0, Messages).Where(
            index => Tags[index % Tags.Length] is "paid" or "lost").ToHashSet();
        result.Messages = expected.Count;
        long last = -1;
        for (long offset = 0; offset < Messages;)
        {
            var pull = new PullRequest("demo-tags", topic, 0, offset)
            {
                Expression = "paid || lost", Wait = TimeSpan.FromSeconds(5),
            };
            PullOutcome outcome = await client.PullAsync(pull, cancellation);
            foreach (ReceivedMessage message in outcome.Messages)
            {
                bool isSent = DemoBody.TryRead(message.Body.Span, out _, out long sequence);
                if (!isSent || !expected.Remove((int)sequence))
                {
                    result.Fail(
                        $"offset {message.QueueOffset}: expected a message tagged 'paid' or 'lost', once; " +
                        $"got '{message.Tag}'");
                }

                result.OutOfOrder += message.QueueOffset <= last ? 1 : 0;
                last = message.QueueOffset;
            }

            offset = outcome.NextOffset;
        }

        result.Lost = expected.Count;
        result.Expect(0, result.Lost, "tagged messages that did not come");
        result.Expect(0, result.OutOfOrder, "messages out of order");
        result.Measure = Figures.Rate(Messages, Stopwatch.GetElapsedTime(began)) + " looked at";
    }
}

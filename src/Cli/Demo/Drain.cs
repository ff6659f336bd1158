using System.Diagnostics;
using OrleansMq.Client;
using OrleansMq.Client.Receiving;

namespace OrleansMq.Cli.Demo;

/// <summary>Reads whole topics back and compares them with what was sent.</summary>
internal static class Drain
{
    private const int Connections = 4;
    private const int PullMessages = 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Reads all queues of a topic and verifies them; the time counts towards the rate of reading.</summary>
    public static async Task VerifyAsync(
        DemoContext context, Ledger ledger, CheckResult result, CancellationToken cancellation)
    {
        BrokerClient[] clients = await context.ConnectAsync(Connections, cancellation);
        var verification = new Verification(ledger, result);
        long began = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, ledger.Queues).Select(queue => Task.Run(
            () => ReadQueueAsync(clients[queue % Connections], ledger, queue, verification, result, cancellation),
            cancellation)));
        context.DrainTime += Stopwatch.GetElapsedTime(began);
        context.DrainedMessages += verification.Count;
        verification.Complete();
        await DemoContext.CloseAsync(clients);
    }

    private static async Task ReadQueueAsync(
        BrokerClient client, Ledger ledger, int queue, Verification verification, CheckResult result,
        CancellationToken cancellation)
    {
        long end = ledger.EndOf(queue);
        long began = Stopwatch.GetTimestamp();
        for (long offset = 0; ;)
        {
            var pull = new PullRequest("demo-reader", ledger.Topic, queue, offset) { MaxMessages = PullMessages };
            PullOutcome outcome = await client.PullAsync(pull, cancellation);
            foreach (ReceivedMessage message in outcome.Messages)
            {
                result.Expect(offset++, message.QueueOffset, $"{ledger.Topic}, queue {queue}: next offset");
                offset = message.QueueOffset + 1;
                verification.Take(message);
            }

            if (outcome.Status == PullStatus.OffsetMoved)
            {
                result.Fail(
                    $"{ledger.Topic}, queue {queue}: offset {offset} is outside {outcome.MinOffset} to " +
                    $"{outcome.MaxOffset}");
                return;
            }

            bool isDone = offset >= end || Stopwatch.GetElapsedTime(began) > Patience;
            if (outcome.Status == PullStatus.NoNewMessage && isDone)
                return;
        }
    }
}

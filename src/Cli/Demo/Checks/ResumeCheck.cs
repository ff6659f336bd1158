using System.Diagnostics;
using OrleansMq.Client;
using OrleansMq.Client.Receiving;

namespace OrleansMq.Cli.Demo.Checks;

/// <summary>A consumer commits how far it read; the next one goes on there, message by message.</summary>
internal sealed class ResumeCheck : IDemoCheck
{
    private const string Group = "demo-resume";
    private const int Messages = 600;
    private const int Restarts = 6;

    public string What => $"commit and resume, {Restarts} times";

    public async Task RunAsync(DemoContext context, CheckResult result, CancellationToken cancellation)
    {
        var ledger = new Ledger("resume", 1, 1);
        await context.CreateTopicAsync(ledger.Topic, 1, cancellation);
        await using (BrokerClient client = await context.ConnectAsync(cancellation))
        {
            result.Expect(
                null, await client.QueryOffsetAsync(Group, ledger.Topic, 0, cancellation), "offset of a new group");
            await PipelinedSends.RunAsync(
                client, ledger, 0, inFlight: 64, bodyBytes: 64, () => ledger.CountOf(0) >= Messages, cancellation);
        }

        var verification = new Verification(ledger, result);
        long began = Stopwatch.GetTimestamp();
        for (int restart = 0; restart < Restarts; restart++)
        {
            await using BrokerClient client = await context.ConnectAsync(cancellation);
            long offset = await client.QueryOffsetAsync(Group, ledger.Topic, 0, cancellation) ?? 0;
            result.Expect(restart * Messages / Restarts, (int)offset, $"committed offset at start {restart}");
            for (int end = (restart + 1) * Messages / Restarts; offset < end;)
            {
                PullOutcome outcome = await client.PullAsync(
                    new PullRequest(Group, ledger.Topic, 0, offset)
                    {
                        MaxMessages = (int)Math.Min(32, end - offset), Wait = TimeSpan.FromSeconds(5),
                    },
                    cancellation);
                foreach (ReceivedMessage message in outcome.Messages)
                    verification.Take(message);
                offset = outcome.NextOffset;
            }

            await client.CommitOffsetAsync(Group, ledger.Topic, 0, offset, cancellation);
        }

        result.Messages = verification.Count;
        result.Measure = Figures.Rate(result.Messages, Stopwatch.GetElapsedTime(began));
        verification.Complete();
    }
}

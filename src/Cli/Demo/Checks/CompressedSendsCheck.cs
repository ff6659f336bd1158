using System.Diagnostics;
using OrleansMq.Client;
using OrleansMq.Client.Sending;

namespace OrleansMq.Cli.Demo.Checks;

/// <summary>Bodies that the client compresses.</summary>
internal sealed class CompressedSendsCheck : IDemoCheck
{
    private const int Messages = 400;
    private const int BodyBytes = 64 * 1024;
    private const int Queues = 2;

    public string What => $"compressed bodies of {BodyBytes / 1024} KiB";

    public async Task RunAsync(DemoContext context, CheckResult result, CancellationToken cancellation)
    {
        var ledger = new Ledger("compressed", Queues, Queues);
        await context.CreateTopicAsync(ledger.Topic, Queues, cancellation);
        await using BrokerClient client = await context.ConnectAsync(cancellation);
        long began = Stopwatch.GetTimestamp();
        for (int count = 0; count < Messages; count++)
        {
            int producer = count % Queues;
            int sequence = ledger.Send(producer);
            var message = new Message
            {
                Topic = ledger.Topic, Body = DemoBody.Make(producer, sequence, BodyBytes, isText: true),
            };
            SendOutcome outcome = await client.SendAsync(message, ledger.QueueOf(producer), cancellation);
            ledger.Acknowledge(producer, sequence, outcome.QueueOffset);
        }

        result.Messages = ledger.AcknowledgedCount;
        result.Measure = Figures.Rate(result.Messages, Stopwatch.GetElapsedTime(began));
        await Drain.VerifyAsync(context, ledger, result, cancellation);
    }
}

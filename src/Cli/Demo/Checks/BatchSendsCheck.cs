using System.Diagnostics;
using OrleansMq.Client;
using OrleansMq.Client.Sending;

namespace OrleansMq.Cli.Demo.Checks;

/// <summary>Many messages in one request.</summary>
internal sealed class BatchSendsCheck : IDemoCheck
{
    private const int Connections = 4;
    private const int BatchMessages = 64;
    private const int BodyBytes = 128;
    private const int Queues = 8;
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(1);

    public string What => $"batches of {BatchMessages}, {Connections} connections";

    public async Task RunAsync(DemoContext context, CheckResult result, CancellationToken cancellation)
    {
        var ledger = new Ledger("batches", Queues, Connections);
        await context.CreateTopicAsync(ledger.Topic, Queues, cancellation);
        BrokerClient[] clients = await context.ConnectAsync(Connections, cancellation);
        long began = Stopwatch.GetTimestamp();
        await Task.WhenAll(clients.Select((client, producer) => Task.Run(
            () => SendAsync(client, ledger, producer, began, cancellation), cancellation)));
        TimeSpan elapsed = Stopwatch.GetElapsedTime(began);
        await DemoContext.CloseAsync(clients);

        result.Messages = ledger.AcknowledgedCount;
        result.Measure = Figures.Rate(result.Messages, elapsed);
        await Drain.VerifyAsync(context, ledger, result, cancellation);
    }

    private static async Task SendAsync(
        BrokerClient client, Ledger ledger, int producer, long began, CancellationToken cancellation)
    {
        while (Stopwatch.GetElapsedTime(began) < Duration)
        {
            int[] sequences = [.. Enumerable.Range(0, BatchMessages).Select(_ => ledger.Send(producer))];
            Message[] messages = [.. sequences.Select(sequence =>
                new Message { Topic = ledger.Topic, Body = DemoBody.Make(producer, sequence, BodyBytes) })];
            BatchOutcome outcome = await client.SendBatchAsync(messages, ledger.QueueOf(producer), cancellation);
            for (int index = 0; index < sequences.Length; index++)
                ledger.Acknowledge(producer, sequences[index], outcome.FirstQueueOffset + index);
        }
    }
}

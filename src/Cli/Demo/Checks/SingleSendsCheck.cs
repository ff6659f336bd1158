using System.Diagnostics;
using OrleansMq.Client;
using OrleansMq.Client.Sending;

namespace OrleansMq.Cli.Demo.Checks;

/// <summary>Many connections, each of which waits for the answer to a message before it sends the next.</summary>
internal sealed class SingleSendsCheck : IDemoCheck
{
    private const int Connections = 64;
    private const int BodyBytes = 128;
    private const int Queues = 8;
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(1.5);

    public string What => $"single sends, {Connections} connections";

    public async Task RunAsync(DemoContext context, CheckResult result, CancellationToken cancellation)
    {
        var ledger = new Ledger("singles", Queues, Connections);
        await context.CreateTopicAsync(ledger.Topic, Queues, cancellation);
        BrokerClient[] clients = await context.ConnectAsync(Connections, cancellation);
        long began = Stopwatch.GetTimestamp();
        List<double>[] latencies = await Task.WhenAll(clients.Select((client, producer) => Task.Run(
            () => SendAsync(client, ledger, producer, began, cancellation), cancellation)));
        TimeSpan elapsed = Stopwatch.GetElapsedTime(began);
        await DemoContext.CloseAsync(clients);

        result.Messages = ledger.AcknowledgedCount;
        double late = Figures.Percentile([.. latencies.SelectMany(values => values)], 0.99);
        result.Measure = $"{Figures.Rate(result.Messages, elapsed)}, p99 {Figures.Milliseconds(late)}";
        await Drain.VerifyAsync(context, ledger, result, cancellation);
    }

    private static async Task<List<double>> SendAsync(
        BrokerClient client, Ledger ledger, int producer, long began, CancellationToken cancellation)
    {
        var latencies = new List<double>();
        while (Stopwatch.GetElapsedTime(began) < Duration)
        {
            int sequence = ledger.Send(producer);
            var message = new Message { Topic = ledger.Topic, Body = DemoBody.Make(producer, sequence, BodyBytes) };
            long sent = Stopwatch.GetTimestamp();
            SendOutcome outcome = await client.SendAsync(message, ledger.QueueOf(producer), cancellation);
            latencies.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
            ledger.Acknowledge(producer, sequence, outcome.QueueOffset);
        }

        return latencies;
    }
}

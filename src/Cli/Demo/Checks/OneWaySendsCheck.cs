using System.Diagnostics;
using OrleansMq.Client;
using OrleansMq.Client.Sending;

namespace OrleansMq.Cli.Demo.Checks;

/// <summary>Sends without answers. On connections that live, all of them must arrive all the same.</summary>
internal sealed class OneWaySendsCheck : IDemoCheck
{
    private const int Connections = 4;
    private const int MessagesEach = 10_000;
    private const int BodyBytes = 128;
    private const int Queues = 8;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public string What => $"one-way sends, {Connections} connections";

    public async Task RunAsync(DemoContext context, CheckResult result, CancellationToken cancellation)
    {
        var ledger = new Ledger("one-way", Queues, Connections);
        await context.CreateTopicAsync(ledger.Topic, Queues, cancellation);
        BrokerClient[] clients = await context.ConnectAsync(Connections, cancellation);
        long began = Stopwatch.GetTimestamp();
        await Task.WhenAll(clients.Select((client, producer) => Task.Run(
            () => SendAsync(client, ledger, producer, cancellation), cancellation)));

        // A queue has one producer, so its end says how many of them arrived.
        for (int producer = 0; producer < Connections; producer++)
        {
            long arrived;
            do
            {
                arrived = await clients[producer].GetMaxOffsetAsync(
                    ledger.Topic, ledger.QueueOf(producer), cancellation);
            }
            while (arrived < MessagesEach && Stopwatch.GetElapsedTime(began) < Patience);
        }

        TimeSpan elapsed = Stopwatch.GetElapsedTime(began);
        await DemoContext.CloseAsync(clients);
        for (int producer = 0; producer < Connections; producer++)
        {
            for (int sequence = 0; sequence < MessagesEach; sequence++)
                ledger.Acknowledge(producer, sequence, sequence);
        }

        result.Messages = ledger.AcknowledgedCount;
        result.Measure = Figures.Rate(result.Messages, elapsed);
        await Drain.VerifyAsync(context, ledger, result, cancellation);
    }

    private static async Task SendAsync(
        BrokerClient client, Ledger ledger, int producer, CancellationToken cancellation)
    {
        for (int count = 0; count < MessagesEach; count++)
        {
            int sequence = ledger.Send(producer);
            var message = new Message { Topic = ledger.Topic, Body = DemoBody.Make(producer, sequence, BodyBytes) };
            await client.SendOneWayAsync(message, ledger.QueueOf(producer), cancellation);
        }
    }
}

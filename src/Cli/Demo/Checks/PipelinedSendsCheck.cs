using System.Diagnostics;
using OrleansMq.Client;

namespace OrleansMq.Cli.Demo.Checks;

/// <summary>Few connections that keep many messages under way.</summary>
internal sealed class PipelinedSendsCheck : IDemoCheck
{
    private const int Connections = 8;
    private const int InFlight = 256;
    private const int BodyBytes = 128;
    private const int Queues = 8;
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(1.5);

    public string What => $"pipelined sends, {Connections} x {InFlight} in flight";

    public async Task RunAsync(DemoContext context, CheckResult result, CancellationToken cancellation)
    {
        var ledger = new Ledger("pipelined", Queues, Connections);
        await context.CreateTopicAsync(ledger.Topic, Queues, cancellation);
        BrokerClient[] clients = await context.ConnectAsync(Connections, cancellation);
        long began = Stopwatch.GetTimestamp();
        await Task.WhenAll(clients.Select((client, producer) => Task.Run(
            () => PipelinedSends.RunAsync(
                client, ledger, producer, InFlight, BodyBytes, () => Stopwatch.GetElapsedTime(began) >= Duration,
                cancellation),
            cancellation)));
        TimeSpan elapsed = Stopwatch.GetElapsedTime(began);
        await DemoContext.CloseAsync(clients);

        result.Messages = ledger.AcknowledgedCount;
        result.Measure = Figures.Rate(result.Messages, elapsed);
        await Drain.VerifyAsync(context, ledger, result, cancellation);
    }
}

using System.Diagnostics;
using OrleansMq.Client;

namespace OrleansMq.Cli.Demo.Checks;

/// <summary>
/// The broker dies under load without warning and is started again on the same store: everything that it acknowledged
/// is there, at its place; what it did not acknowledge may be there once. It goes on taking messages.
/// </summary>
internal sealed class KillCheck : IDemoCheck
{
    private const int Producers = 8;
    private const int InFlight = 64;
    private const int BodyBytes = 256;
    private static readonly TimeSpan LoadTime = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LoadAfter = TimeSpan.FromMilliseconds(300);

    public string What => "kill -9 under load, restart";

    public async Task RunAsync(DemoContext context, CheckResult result, CancellationToken cancellation)
    {
        var ledger = new Ledger("kill", Producers, Producers);
        await context.CreateTopicAsync(ledger.Topic, Producers, cancellation);
        Task load = await LoadAsync(context, ledger, () => false, cancellation);
        await Task.Delay(LoadTime, cancellation);
        await context.Broker.KillAsync();
        await load;
        long atKill = ledger.AcknowledgedCount;

        long began = Stopwatch.GetTimestamp();
        await context.Broker.StartAsync(cancellation);
        TimeSpan restart = Stopwatch.GetElapsedTime(began);
        await await LoadAsync(
            context, ledger, () => Stopwatch.GetElapsedTime(began) > restart + LoadAfter, cancellation);

        result.Messages = ledger.AcknowledgedCount;
        result.Measure = $"back after {Figures.Milliseconds(restart.TotalMilliseconds)}";
        if (atKill == 0 || result.Messages == atKill)
            result.Fail($"expected messages before and after the kill, got {atKill} and {result.Messages - atKill}");
        await Drain.VerifyAsync(context, ledger, result, cancellation);
    }

    /// <summary>Connects, and returns the task that ends when all producers have.</summary>
    private static async Task<Task> LoadAsync(
        DemoContext context, Ledger ledger, Func<bool> isOver, CancellationToken cancellation)
    {
        BrokerClient[] clients = await context.ConnectAsync(Producers, cancellation);
        return Task.WhenAll(clients.Select((client, producer) => Task.Run(
            async () =>
            {
                await using (client)
                {
                    await PipelinedSends.RunAsync(
                        client, ledger, producer, InFlight, BodyBytes, () => isOver() || !client.Connection.IsOpen,
                        cancellation);
                }
            },
            cancellation)));
    }
}

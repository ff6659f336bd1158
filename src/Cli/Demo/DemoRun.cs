using OrleansMq.Cli.Demo.Checks;

namespace OrleansMq.Cli.Demo;

/// <summary>Runs the checks one after another.</summary>
internal sealed class DemoRun(DemoContext context)
{
    private static readonly TimeSpan CheckLimit = TimeSpan.FromSeconds(60);

    /// <summary>Runs all checks.</summary>
    /// <param name="show">Is told what is being tried.</param>
    /// <param name="cancellation">Stops the run.</param>
    /// <exception cref="BrokerFailedException">The broker ended by itself.</exception>
    public async Task<List<CheckResult>> RunAsync(Action<string> show, CancellationToken cancellation)
    {
        var results = new List<CheckResult>();
        IDemoCheck[] sends =
        [
            new SingleSendsCheck(), new PipelinedSendsCheck(), new BatchSendsCheck(), new OneWaySendsCheck(),
            new CompressedSendsCheck(),
        ];
        foreach (IDemoCheck check in sends)
            results.Add(await RunAsync(check, show, cancellation));
        results.Add(ReadingBack());

        IDemoCheck[] uses =
        [
            new ClusteringCheck(), new BroadcastingCheck(), new TagsCheck(), new OrderlyCheck(), new ResumeCheck(),
            new LookUpCheck(),
        ];
        foreach (IDemoCheck check in uses)
            results.Add(await RunAsync(check, show, cancellation));

        // These mostly wait, so they wait together.
        show("delays and retries");
        IDemoCheck[] waits = [new DelayLevelCheck(), new DeliveryTimeCheck(), new RetryCheck()];
        results.AddRange(await Task.WhenAll(waits.Select(check => RunAsync(check, _ => { }, cancellation))));
        results.Add(await RunAsync(new KillCheck(), show, cancellation));
        return results;
    }

    private async Task<CheckResult> RunAsync(IDemoCheck check, Action<string> show, CancellationToken cancellation)
    {
        show(check.What);
        var result = new CheckResult(check.What);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(CheckLimit);
        try
        {
            await check.RunAsync(context, result, limit.Token);
        }
        catch (Exception cause) when (!cancellation.IsCancellationRequested && cause is not BrokerFailedException)
        {
            result.Fail(cause is OperationCanceledException
                ? $"expected to end within {CheckLimit.TotalSeconds} s, but did not"
                : $"expected no error, got {cause.GetType().Name}: {cause.Message}");
        }

        cancellation.ThrowIfCancellationRequested();
        return context.Broker.IsRunning ? result
            : throw new BrokerFailedException($"The broker ended during '{check.What}'.");
    }

    /// <summary>
    /// All that was sent so far was read back from its first offset to the last, each check its own topic.
    /// </summary>
    private CheckResult ReadingBack() => new("reading all of that back, 8 queues")
    {
        Messages = context.DrainedMessages,
        Measure = Figures.Rate(context.DrainedMessages, context.DrainTime),
    };
}

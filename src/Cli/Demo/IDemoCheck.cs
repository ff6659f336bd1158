namespace OrleansMq.Cli.Demo;

/// <summary>One way of using the broker, and whether it did right.</summary>
internal interface IDemoCheck
{
    /// <summary>What is tried, for the table.</summary>
    string What { get; }

    /// <summary>Tries it and writes what was found into <paramref name="result"/>.</summary>
    Task RunAsync(DemoContext context, CheckResult result, CancellationToken cancellation);
}

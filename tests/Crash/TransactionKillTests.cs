using Xunit.Abstractions;

namespace OrleansMq.Crash.Tests;

/// <summary>
/// Transactions end once, as their producers mean, while the broker dies under them by <c>kill -9</c>: what was
/// committed is delivered once, what was rolled back never, and what was left open is asked about and ends as is
/// answered.
/// </summary>
public sealed class TransactionKillTests(ITestOutputHelper output)
{
    private static readonly string[] SmallFiles =
    [
        "--OrleansMq:Store:CommitLogFileBytes=2097152", "--OrleansMq:Store:ConsumeQueueFileEntries=1000",
        "--OrleansMq:Store:MaxMessageBytes=1048576", "--OrleansMq:Store:IndexFileSlots=5000",
        "--OrleansMq:Store:IndexFileEntries=20000",
    ];

    [Fact]
    public Task Kill_LeavesEveryTransactionOneEnd_WhenSendsAreAcknowledgedFromMemory() => RunAsync(kills: 12);

    [Fact]
    public Task Kill_LeavesEveryTransactionOneEnd_WhenSendsAreAcknowledgedFromDisk() =>
        RunAsync(kills: 5, "--flush", "sync");

    private async Task RunAsync(int kills, params string[] arguments)
    {
        string? given = Environment.GetEnvironmentVariable("OMQ_CRASH_SEED");
        using var run = new TransactionRun(
            given is null ? Random.Shared.Next() : int.Parse(given), [.. SmallFiles, .. arguments]);
        output.WriteLine($"OMQ_CRASH_SEED={run.Seed}");
        await run.RunAsync(kills);

        output.WriteLine(run.Evidence);
        Assert.True(run.Violations.Count == 0, $"{run.Evidence}\n{run.Report}");
    }
}

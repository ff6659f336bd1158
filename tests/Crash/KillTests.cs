using Xunit.Abstractions;

namespace OrleansMq.Crash.Tests;

/// <summary>
/// What a broker acknowledged survives <c>kill -9</c>, in order, unchanged and once. The kernel keeps what the process
/// wrote, so that this says nothing about a power cut.
/// </summary>
public sealed class KillTests(ITestOutputHelper output)
{
    /// <summary>Small files, so that they roll; queue files and index files roll too.</summary>
    private static readonly string[] SmallFiles =
    [
        "--OrleansMq:Store:CommitLogFileBytes=8388608", "--OrleansMq:Store:ConsumeQueueFileEntries=1000",
        "--OrleansMq:Store:MaxMessageBytes=1048576", "--OrleansMq:Store:IndexFileSlots=5000", "--OrleansMq:Store:IndexFileEntries=20000",
    ];

    [Fact]
    public Task Kill_LosesNothing_WhenSendsAreAcknowledgedFromMemory() => RunAsync(kills: 14, [.. SmallFiles]);

    [Fact]
    public Task Kill_LosesNothing_WhenSendsAreAcknowledgedFromDisk() => RunAsync(kills: 8, [.. SmallFiles, "--flush", "sync"]);

    [Fact]
    public Task Kill_LosesNothing_WhenFilesHaveTheirDefaultSize() => RunAsync(kills: 3, []);

    private async Task RunAsync(int kills, string[] arguments)
    {
        string? given = Environment.GetEnvironmentVariable("OMQ_CRASH_SEED");
        using var run = new CrashRun(given is null ? Random.Shared.Next() : int.Parse(given), arguments);
        output.WriteLine($"OMQ_CRASH_SEED={run.Seed}");
        await run.RunAsync(kills);

        output.WriteLine(run.Evidence);
        Assert.True(run.Violations.Count == 0, $"{run.Evidence}\n{run.Report}");
    }
}

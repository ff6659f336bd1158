namespace OrleansMq.Bench.Macro.Suites;

/// <summary>A figure that the broker is to reach or to stay below.</summary>
/// <param name="Text">What is measured, with its unit.</param>
/// <param name="IsFloor">Whether the figure must be at least the limit; otherwise it must be below.</param>
/// <param name="Limit">The limit.</param>
/// <param name="Figure">Takes the figure from the results; null if it was not measured.</param>
internal sealed record Goal(string Text, bool IsFloor, double Limit, Func<SuiteResults, double?> Figure)
{
    private const double MebiByte = 1024 * 1024;

    /// <summary>The goals on a machine of two cores, generator and broker together.</summary>
    public static IReadOnlyList<Goal> All { get; } =
    [
        Least("64 connections, messages/s", 80_000, results => Rate(results, SuiteCases.Many)),
        Below("64 connections, p99 ms", 3, results => results.Median(SuiteCases.Many, run => run.P99 / 1000)),
        Least("1 connection, messages/s", 10_000, results => Rate(results, SuiteCases.One)),
        Least("pipelined 1,024, messages/s", 150_000, results => Rate(results, SuiteCases.Pipelined)),
        Least("batches of 64 x 1 KiB, messages/s", 400_000, results => Rate(results, SuiteCases.Batches)),
        Least("batches sustained, share of the disk's own rate", 0.85, ShareOfDisk),
        Least("sync flush, 64 connections over 1", 20,
            results => Rate(results, SuiteCases.SyncMany) / Rate(results, SuiteCases.SyncOne)),
        Least("drain from page cache, messages/s", 400_000, results => Rate(results, SuiteCases.Drain)),
        Below("tail at 1,000/s, p50 ms", 0.3, results => results.Median(SuiteCases.Tail, run => run.Median / 1000)),
        Below("tail at 1,000/s, p99 ms", 2, results => results.Median(SuiteCases.Tail, run => run.P99 / 1000)),
        Below("64 connections, broker CPU s per million", 8,
            results => results.Median(SuiteCases.Many, run => run.ProcessorSecondsPerMillion)),
        Below("private memory under load, MiB (highest case)", 250, results => results.Cases
            .Select(name => results.Median(name, run => run.Usage.PrivateBytes / MebiByte)).Max()),
        Below("idle, cores", 0.01, results => results.Median(SuiteCases.Idle, run => run.Usage.BrokerCores)),
        Below("start on an empty store, s", 1, results => SuiteResults.MedianOf(results.EmptyStarts)),
        Below("start after a kill, s", 3, results => results.KilledStart),
    ];

    /// <summary>Whether a figure is as it should be.</summary>
    public bool IsMetBy(double figure) => IsFloor ? figure >= Limit : figure < Limit;

    private static Goal Least(string text, double limit, Func<SuiteResults, double?> figure) =>
        new(text, IsFloor: true, limit, figure);

    private static Goal Below(string text, double limit, Func<SuiteResults, double?> figure) =>
        new(text, IsFloor: false, limit, figure);

    private static double? Rate(SuiteResults results, string name) => results.Median(name, run => run.Rate);

    private static double? ShareOfDisk(SuiteResults results) =>
        Rate(results, SuiteCases.Sustained) * SuiteCases.StoredBytes
        / SuiteResults.MedianOf(results.Disks.Select(disk => disk.BytesPerSecond));
}

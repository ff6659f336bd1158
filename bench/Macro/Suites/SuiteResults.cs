using OrleansMq.Bench.Macro.Measurement;

namespace OrleansMq.Bench.Macro.Suites;

/// <summary>All that the suite has measured.</summary>
internal sealed class SuiteResults
{
    private readonly Dictionary<string, List<RunReport>> _runs = [];

    /// <summary>What the disk itself could do, once or twice a round.</summary>
    public List<DiskProbe> Disks { get; } = [];

    /// <summary>Seconds from the start on an empty store to the first accepted message.</summary>
    public List<double> EmptyStarts { get; } = [];

    /// <summary>Seconds from the start after a kill to the first accepted message, if measured.</summary>
    public double? KilledStart { get; set; }

    /// <summary>The cases in the order in which they first ran.</summary>
    public IEnumerable<string> Cases => _runs.Keys;

    public void Add(string name, RunReport report)
    {
        if (!_runs.TryGetValue(name, out List<RunReport>? reports))
            _runs.Add(name, reports = []);
        reports.Add(report);
    }

    /// <summary>The median of a figure over a case's rounds; null if the case did not run.</summary>
    public double? Median(string name, Func<RunReport, double> figure) =>
        _runs.TryGetValue(name, out List<RunReport>? reports) ? MedianOf(reports.Select(figure)) : null;

    /// <summary>A report in which each figure is the median of all rounds; errors are those of the first.</summary>
    public RunReport MedianReport(string name)
    {
        double Of(Func<RunReport, double> figure) => Median(name, figure)!.Value;

        RunReport first = _runs[name][0];
        return first with
        {
            Rate = Of(run => run.Rate),
            Median = Of(run => run.Median),
            P99 = Of(run => run.P99),
            P999 = Of(run => run.P999),
            Max = Of(run => run.Max),
            ProcessorSecondsPerMillion = Of(run => run.ProcessorSecondsPerMillion),
            MessagesPerFlush = first.MessagesPerFlush is null ? null : Of(run => run.MessagesPerFlush ?? 0),
            Usage = new Usage
            {
                Seconds = Of(run => run.Usage.Seconds),
                BrokerCores = Of(run => run.Usage.BrokerCores),
                GeneratorCores = Of(run => run.Usage.GeneratorCores),
                OtherCores = Of(run => run.Usage.OtherCores),
                StolenShare = Of(run => run.Usage.StolenShare),
                ResidentBytes = (long)Of(run => run.Usage.ResidentBytes),
                PrivateBytes = (long)Of(run => run.Usage.PrivateBytes),
            },
        };
    }

    /// <summary>The middle one of some figures, or the mean of the two in the middle; null if there are none.</summary>
    public static double? MedianOf(IEnumerable<double> figures)
    {
        double[] sorted = [.. figures.Order()];
        if (sorted.Length == 0)
            return null;
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}

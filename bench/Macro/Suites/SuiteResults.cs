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

    /// <summary>Seconds from the start after a kill to the first accepted message; null if it was not measured.</summary>
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

    /// <summary>The report of the round with the median rate, or latency where the rate is given.</summary>
    public RunReport MedianRun(string name)
    {
        List<RunReport> reports = [.. _runs[name].OrderBy(report => Math.Round(report.Rate, 0)).ThenBy(report => report.P99)];
        return reports[reports.Count / 2];
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

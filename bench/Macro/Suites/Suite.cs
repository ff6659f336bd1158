using System.Globalization;
using System.Text.Json;
using OrleansMq.Bench.Macro.Brokers;
using OrleansMq.Bench.Macro.Loads;
using OrleansMq.Bench.Macro.Measurement;

namespace OrleansMq.Bench.Macro.Suites;

/// <summary>
/// Runs all cases, each with a broker and a store of its own, in interleaved rounds, so that what disturbs the machine
/// for a while disturbs one round of each case and not all rounds of one.
/// </summary>
internal sealed class Suite(SuiteOptions options, TextWriter output, bool asJson)
{
    private const double MebiByte = 1024 * 1024;
    private const string ProbeName = "disk-probe";

    private readonly SuiteResults _results = new();
    private readonly ReportTable _table = new(output, asJson);

    /// <summary>Runs and prints.</summary>
    public void Run()
    {
        using var stores = new StoreDirectory(options.WorkDirectory);
        using var memory = new PageCacheFill(options.WorkDirectory);
        Say($"before each case the page cache is filled until {options.UsedMemoryShare:P0} of the memory is in use");
        SuiteCase[] cases = [.. SuiteCases.All(options)
            .Where(each => each.Name.Contains(options.Only, StringComparison.OrdinalIgnoreCase))];
        for (int round = 1; round <= options.Rounds; round++)
        {
            Say($"round {round} of {options.Rounds}");
            ProbeDisk(stores);
            foreach (SuiteCase each in cases.Where(each => !each.RunsOnce))
                RunCase(each, stores, memory);
            if (options.Only.Length == 0)
                _results.EmptyStarts.Add(StartTimes.OfEmptyStore(options.Executable, stores.Fresh()).TotalSeconds);
        }

        foreach (SuiteCase each in cases.Where(each => each.RunsOnce && options.SustainedDuration > TimeSpan.Zero))
        {
            ProbeDisk(stores);
            RunCase(each, stores, memory);
            ProbeDisk(stores);
        }

        if (options.KilledStoreBytes > 0 && options.Only.Length == 0)
            _results.KilledStart = StartTimes.AfterKill(
                options.Executable, stores.Fresh(), options.KilledStoreBytes).TotalSeconds;
        PrintMedians();
        PrintGoals();
    }

    private void ProbeDisk(StoreDirectory stores)
    {
        string path = Path.Combine(Directory.GetParent(stores.Fresh())!.FullName, ProbeName);
        var disk = DiskProbe.Measure(path, options.DiskProbeBytes);
        _results.Disks.Add(disk);
        Say($"the disk itself: {disk.BytesPerSecond / MebiByte:F0} MiB/s sequentially with a flush at the end; "
            + $"4 KiB flushed in {disk.Flush.TotalMicroseconds:F0} us");
    }

    private void RunCase(SuiteCase each, StoreDirectory stores, PageCacheFill memory)
    {
        memory.Run(options.UsedMemoryShare);
        using var broker = BrokerProcess.Start(options.Executable, stores.Fresh(), each.BrokerArguments);
        // Under async flush the disk is flushed by the clock, and a count of flushes would say nothing.
        Target target = each.IsSync ? broker.Target : broker.Target with { Disk = null };
        RunReport report = each.Run(target) with { Mode = each.Name };
        broker.Stop();
        _results.Add(each.Name, report);
        _table.Write(report);
    }

    private void PrintMedians()
    {
        Say("medians of the rounds, column by column");
        foreach (string name in _results.Cases)
            _table.Write(_results.MedianReport(name));
    }

    private void PrintGoals()
    {
        Say("goals, for a machine of two cores with nothing else on it");
        foreach (Goal goal in Goal.All)
        {
            double? figure = goal.Figure(_results);
            if (asJson)
                output.WriteLine(JsonSerializer.Serialize(new { goal.Text, goal.IsFloor, goal.Limit, figure }));
            else
                output.WriteLine(Line(goal, figure));
        }
    }

    private static string Line(Goal goal, double? figure)
    {
        string bound = goal.IsFloor ? ">=" : "< ";
        string shown = figure is { } value ? value.ToString("#,0.###", CultureInfo.InvariantCulture) : "-";
        string verdict = figure is null ? "not measured" : goal.IsMetBy(figure.Value) ? "met" : "MISSED";
        return string.Create(
            CultureInfo.InvariantCulture, $"{goal.Text,-50} {bound} {goal.Limit,9:#,0.###}  {shown,12}  {verdict}");
    }

    private void Say(string text)
    {
        if (!asJson)
            output.WriteLine($"# {text}");
    }
}

namespace OrleansMq.Bench.Macro.Measurement;

/// <summary>What a run has shown.</summary>
internal sealed record RunReport
{
    public RunReport(string mode, Usage usage, long messages, LatencyHistogram latency, ErrorTally errors)
    {
        Mode = mode;
        Usage = usage;
        Messages = messages;
        Rate = messages / usage.Seconds;
        ProcessorSecondsPerMillion = messages == 0 ? 0 : usage.BrokerCores * usage.Seconds / messages * 1e6;
        Median = Microseconds(latency.Quantile(0.5));
        P99 = Microseconds(latency.Quantile(0.99));
        P999 = Microseconds(latency.Quantile(0.999));
        Max = Microseconds(latency.Max);
        ErrorCount = errors.Count;
        Errors = errors.Texts;
    }

    public string Mode { get; init; }

    /// <summary>Messages that were acknowledged or consumed.</summary>
    public long Messages { get; init; }

    /// <summary>Messages per second.</summary>
    public double Rate { get; init; }

    /// <summary>Latency in microseconds.</summary>
    public double Median { get; init; }

    /// <inheritdoc cref="Median"/>
    public double P99 { get; init; }

    /// <inheritdoc cref="Median"/>
    public double P999 { get; init; }

    /// <inheritdoc cref="Median"/>
    public double Max { get; init; }

    /// <summary>Processor time of the broker for a million messages.</summary>
    public double ProcessorSecondsPerMillion { get; init; }

    /// <summary>Messages that shared a flush of the disk; null if it was not measured.</summary>
    public double? MessagesPerFlush { get; init; }

    public Usage Usage { get; init; }

    public long ErrorCount { get; init; }

    public IReadOnlyDictionary<string, long> Errors { get; init; }

    private static double Microseconds(TimeSpan time) => time.TotalMicroseconds;
}

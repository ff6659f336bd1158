namespace OrleansMq.Bench.Macro.Suites;

/// <summary>How the suite runs.</summary>
internal sealed record SuiteOptions
{
    /// <summary>The path of omq-broker.</summary>
    public required string Executable { get; init; }

    /// <summary>Where stores are made, on the disk that is measured.</summary>
    public required string WorkDirectory { get; init; }

    /// <summary>How often each case runs; the figures are medians.</summary>
    public int Rounds { get; init; } = 3;

    /// <summary>How long a case measures.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a case's load runs before that.</summary>
    public TimeSpan WarmUp { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long batches are sent to compare with the disk's own rate; zero leaves it out.</summary>
    public TimeSpan SustainedDuration { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Bytes of bodies in the store that is killed; 0 leaves it out.</summary>
    public long KilledStoreBytes { get; init; } = 5L << 30;

    /// <summary>Bytes that are written to measure the disk's own rate.</summary>
    public long DiskProbeBytes { get; init; } = 2L << 30;

    /// <summary>The share of the memory that the page cache is filled up to before each case.</summary>
    public double UsedMemoryShare { get; init; } = 0.85;

    /// <summary>Only cases whose name contains this text run; empty: all.</summary>
    public string Only { get; init; } = "";
}

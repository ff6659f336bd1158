using OrleansMq.Bench.Macro.Frames;

namespace OrleansMq.Bench.Macro.Loads;

/// <summary>How a backlog is consumed.</summary>
internal sealed record DrainOptions
{
    /// <summary>What the backlog is made of.</summary>
    public required SendShape Shape { get; init; }

    /// <summary>Messages of the backlog, rounded up to whole batches.</summary>
    public long Messages { get; init; } = 1_000_000;

    /// <summary>Connections that pull; as many as there are queues at most.</summary>
    public int Connections { get; init; } = 8;

    /// <summary>The most messages of a pull.</summary>
    public int MaxMessages { get; init; } = 32;

    /// <summary>How often all is consumed; the last time is measured.</summary>
    public int Passes { get; init; } = 3;
}

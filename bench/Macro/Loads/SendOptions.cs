using OrleansMq.Bench.Macro.Frames;

namespace OrleansMq.Bench.Macro.Loads;

/// <summary>How a broker is sent to.</summary>
internal sealed record SendOptions
{
    /// <summary>What is sent.</summary>
    public required SendShape Shape { get; init; }

    /// <summary>Connections.</summary>
    public int Connections { get; init; } = 64;

    /// <summary>Requests of each connection that are on their way at the same time.</summary>
    public int InFlight { get; init; } = 1;

    /// <summary>How long is measured.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the load runs before that.</summary>
    public TimeSpan WarmUp { get; init; } = TimeSpan.FromSeconds(3);
}

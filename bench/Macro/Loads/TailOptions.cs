using OrleansMq.Bench.Macro.Frames;

namespace OrleansMq.Bench.Macro.Loads;

/// <summary>How the way from a producer to a waiting consumer is measured.</summary>
internal sealed record TailOptions
{
    /// <summary>What is sent; bodies have room for a stamp of 8 bytes, requests carry one message.</summary>
    public required SendShape Shape { get; init; }

    /// <summary>Messages per second.</summary>
    public int Rate { get; init; } = 1000;

    /// <summary>How long is measured.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long messages go their way before that.</summary>
    public TimeSpan WarmUp { get; init; } = TimeSpan.FromSeconds(3);
}

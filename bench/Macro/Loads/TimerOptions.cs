using OrleansMq.Bench.Macro.Frames;

namespace OrleansMq.Bench.Macro.Loads;

/// <summary>How delayed messages are sent.</summary>
internal sealed record TimerOptions
{
    /// <summary>What is sent: one message a request, with a key, a delivery time, and 8 bytes of body or more.</summary>
    public required SendShape Shape { get; init; }

    /// <summary>Connections that send.</summary>
    public int Connections { get; init; } = 4;

    /// <summary>Requests of each that are on their way at the same time.</summary>
    public int InFlight { get; init; } = 256;

    /// <summary>The number of the first message's key.</summary>
    public long FirstKey { get; init; }
}

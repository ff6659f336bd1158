namespace OrleansMq.Client.Orleans;

/// <summary>
/// How bytes travel through a cluster. Immutable: change a copy with <c>with</c>.
/// </summary>
public sealed record OrleansTransportOptions
{
    /// <summary>The options that hold unless others are given.</summary>
    public static OrleansTransportOptions Default { get; } = new();

    /// <summary>
    /// How long a call waits in the silo for something to read, or for a broker that is busy. A connection that is idle
    /// costs one call in this time. Default: 2 s.
    /// </summary>
    public TimeSpan Hold { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long a call may take besides; then the connection counts as lost. A silo's death is noticed after this and
    /// <see cref="Hold"/> at the latest. Default: 3 s.
    /// </summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Bytes that one call carries at most, in either direction. Default: 256 KiB.</summary>
    public int MaxChunkBytes { get; init; } = 256 * 1024;

    /// <summary>The clock. Default: the system's.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Throws unless the options are usable.</summary>
    internal void Check()
    {
        if (Hold < TimeSpan.FromMilliseconds(10) || Hold > TimeSpan.FromSeconds(25))
            throw new ArgumentException($"{nameof(Hold)} is {Hold}; allowed is 10 ms to 25 s.");
        if (CallTimeout < TimeSpan.FromMilliseconds(100) || CallTimeout > TimeSpan.FromMinutes(5))
            throw new ArgumentException($"{nameof(CallTimeout)} is {CallTimeout}; allowed is 100 ms to 5 min.");
        if (MaxChunkBytes is < 1024 or > 64 * 1024 * 1024)
            throw new ArgumentException(
                $"{nameof(MaxChunkBytes)} is {MaxChunkBytes}; allowed is 1,024 to 67,108,864.");
    }
}

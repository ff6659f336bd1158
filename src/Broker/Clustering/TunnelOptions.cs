namespace OrleansMq.Broker.Clustering;

/// <summary>Connections that clients of the Orleans cluster have through it.</summary>
public sealed class TunnelOptions
{
    /// <summary>Where the options stand in the configuration.</summary>
    public const string Section = ClusteringOptions.Section + ":Tunnels";

    /// <summary>
    /// Tunnels open at the same time; they count as connections of the gateway too. Default: 4,096.
    /// </summary>
    public int MaxTunnels { get; set; } = 4_096;

    /// <summary>
    /// How long a tunnel stays that its client does not read; its client is gone then. Default: 20 s.
    /// </summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// How long a read waits for bytes, or a write for a broker that is busy, at most; much less than Orleans'
    /// ResponseTimeout. Default: 10 s.
    /// </summary>
    public TimeSpan MaxHold { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Bytes that one read takes along at most. Default: 1 MiB.</summary>
    public int MaxChunkBytes { get; set; } = 1024 * 1024;

    /// <summary>Checks the options; the problems name the setting, its value and what is allowed.</summary>
    public IEnumerable<string> Validate()
    {
        if (MaxTunnels is < 0 or > 1_000_000)
            yield return $"{Section}:{nameof(MaxTunnels)} is {MaxTunnels}; allowed is 0 to 1,000,000.";
        if (Lease < TimeSpan.FromMilliseconds(100) || Lease > TimeSpan.FromHours(1))
            yield return $"{Section}:{nameof(Lease)} is {Lease}; allowed is 100 ms to 1 h.";
        if (MaxHold < TimeSpan.FromMilliseconds(10) || MaxHold > TimeSpan.FromSeconds(25))
            yield return $"{Section}:{nameof(MaxHold)} is {MaxHold}; allowed is 10 ms to 25 s.";
        if (MaxChunkBytes is < 1024 or > 64 * 1024 * 1024)
            yield return $"{Section}:{nameof(MaxChunkBytes)} is {MaxChunkBytes}; allowed is 1,024 to 67,108,864.";
    }
}

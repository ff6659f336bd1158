using OrleansMq.Broker.Clustering;

namespace OrleansMq.Grains.Tunnels;

/// <summary>What callers may ask of a tunnel.</summary>
internal sealed class TunnelLimits(TunnelOptions options)
{
    /// <summary>How long a call waits that would like to wait so long.</summary>
    public TimeSpan Hold(TimeSpan wanted) =>
        wanted < TimeSpan.Zero ? TimeSpan.Zero : wanted < options.MaxHold ? wanted : options.MaxHold;

    /// <summary>How many bytes a read takes along that would like to take so many.</summary>
    public int ChunkBytes(int wanted) => Math.Clamp(wanted, 1, options.MaxChunkBytes);
}

namespace OrleansMq.Broker.Statistics;

/// <summary>What was counted in a window. RocketMQ: <c>StatsSnapshot</c>.</summary>
/// <param name="Sum">The sum.</param>
/// <param name="PerSecond">The sum divided by the time.</param>
/// <param name="PerCall">The sum divided by the calls; 0 where calls are not counted.</param>
public readonly record struct WindowReading(long Sum, double PerSecond, double PerCall)
{
    /// <summary>Reads one part of what was counted.</summary>
    /// <param name="window">What was counted.</param>
    /// <param name="part">The part.</param>
    /// <param name="unit">How much of the part makes one of the sum.</param>
    /// <param name="hasCalls">Whether calls are counted.</param>
    internal static WindowReading Of(FlowWindow window, Func<FlowTotals, long> part, double unit, bool hasCalls)
    {
        double sum = part(window.Added) / unit;
        long calls = hasCalls ? window.Added.Calls : 0;
        return new WindowReading((long)sum, sum / window.Seconds, calls > 0 ? sum / calls : 0);
    }
}

/// <summary>What was counted under a name and key.</summary>
public readonly record struct StatisticsReading(WindowReading Minute, WindowReading Hour, WindowReading Day);

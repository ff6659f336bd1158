namespace OrleansMq.Protocol.Bodies;

/// <summary>What was counted in a window. RocketMQ: BrokerStatsItem.</summary>
public sealed class BrokerStatsItem
{
    /// <summary>The sum.</summary>
    public long Sum { get; set; }

    /// <summary>The sum per second.</summary>
    public double Tps { get; set; }

    /// <summary>The sum per call.</summary>
    public double Avgpt { get; set; }
}

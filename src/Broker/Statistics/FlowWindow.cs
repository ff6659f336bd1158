namespace OrleansMq.Broker.Statistics;

/// <summary>What a counter took in over a time.</summary>
/// <param name="Added">What was added.</param>
/// <param name="Seconds">Over how long a time, at least one second.</param>
public readonly record struct FlowWindow(FlowTotals Added, double Seconds)
{
    /// <summary>Messages per second.</summary>
    public double MessagesPerSecond => Added.Messages / Seconds;
}

/// <summary>What a counter took in lately.</summary>
/// <param name="Minute">In the last minute, give or take ten seconds.</param>
/// <param name="Hour">In the last hour, give or take ten minutes.</param>
/// <param name="Day">In the last day, give or take an hour.</param>
public readonly record struct FlowReading(FlowWindow Minute, FlowWindow Hour, FlowWindow Day);

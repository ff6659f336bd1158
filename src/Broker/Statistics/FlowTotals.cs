namespace OrleansMq.Broker.Statistics;

/// <summary>What a counter has come to.</summary>
/// <param name="Messages">Messages.</param>
/// <param name="Bytes">Their bytes, as records of the log.</param>
/// <param name="Calls">In how many calls they went.</param>
/// <param name="Microseconds">How long those calls took together; 0 where it is not measured.</param>
public readonly record struct FlowTotals(long Messages, long Bytes, long Calls, long Microseconds)
{
    /// <summary>What was added since.</summary>
    public static FlowTotals operator -(FlowTotals now, FlowTotals then) => new(
        now.Messages - then.Messages, now.Bytes - then.Bytes, now.Calls - then.Calls,
        now.Microseconds - then.Microseconds);
}

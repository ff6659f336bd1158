namespace OrleansMq.Broker.Metadata;

/// <summary>
/// The version of a table of metadata, as RocketMQ's files and name service carry it: two tables are the same when all
/// three numbers are.
/// </summary>
/// <param name="StateVersion">The epoch of the broker that made the change; 0 without replication.</param>
/// <param name="Timestamp">When the last change was made, Unix milliseconds.</param>
/// <param name="Counter">How many changes were made.</param>
public readonly record struct DataVersion(long StateVersion, long Timestamp, long Counter)
{
    /// <summary>The version after one more change.</summary>
    public DataVersion Next(long nowMilliseconds) => this with { Timestamp = nowMilliseconds, Counter = Counter + 1 };
}

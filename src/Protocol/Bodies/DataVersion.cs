namespace OrleansMq.Protocol.Bodies;

/// <summary>Which of two tables is newer. RocketMQ: DataVersion.</summary>
public sealed class DataVersion
{
    /// <summary>Counts the changes.</summary>
    public long Counter { get; set; }

    /// <summary>The epoch of the leader that made them (5.x).</summary>
    public long StateVersion { get; set; }

    /// <summary>When the last change was made, Unix milliseconds.</summary>
    public long Timestamp { get; set; }
}

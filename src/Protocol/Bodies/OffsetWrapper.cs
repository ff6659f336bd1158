namespace OrleansMq.Protocol.Bodies;

/// <summary>How far a group is in a queue. RocketMQ: OffsetWrapper.</summary>
public sealed class OffsetWrapper
{
    /// <summary>The offset behind the last message.</summary>
    public long BrokerOffset { get; set; }

    /// <summary>The committed offset.</summary>
    public long ConsumerOffset { get; set; }

    /// <summary>The offset that was pulled last (5.x).</summary>
    public long PullOffset { get; set; }

    /// <summary>When the last consumed message was stored, Unix milliseconds.</summary>
    public long LastTimestamp { get; set; }
}

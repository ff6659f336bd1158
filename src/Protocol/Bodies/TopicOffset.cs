namespace OrleansMq.Protocol.Bodies;

/// <summary>The bounds of a queue. RocketMQ: TopicOffset.</summary>
public sealed class TopicOffset
{
    /// <summary>The offset of the first message.</summary>
    public long MinOffset { get; set; }

    /// <summary>The offset behind the last message.</summary>
    public long MaxOffset { get; set; }

    /// <summary>When the last message was stored, Unix milliseconds; 0 if there is none.</summary>
    public long LastUpdateTimestamp { get; set; }
}

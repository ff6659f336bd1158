namespace OrleansMq.Protocol.Bodies;

/// <summary>An entry of a queue. RocketMQ: ConsumeQueueData.</summary>
public sealed class ConsumeQueueData
{
    /// <summary>Where the record stands in the log.</summary>
    public long PhysicOffset { get; set; }

    /// <summary>How many bytes it has.</summary>
    public int PhysicSize { get; set; }

    /// <summary>The hash of the message's tag.</summary>
    public long TagsCode { get; set; }

    /// <summary>Whether the message's tag may be one that the group selects; false without a group.</summary>
    public bool Eval { get; set; }
}

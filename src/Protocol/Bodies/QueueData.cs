namespace OrleansMq.Protocol.Bodies;

/// <summary>The queues of a topic on one broker name. RocketMQ: QueueData.</summary>
public sealed class QueueData
{
    /// <summary>The broker name.</summary>
    public string BrokerName
    {
        get;
        set => field = value ?? "";
    } = "";

    /// <summary>How many queues consumers see.</summary>
    public int ReadQueueNums { get; set; }

    /// <summary>How many queues producers see.</summary>
    public int WriteQueueNums { get; set; }

    /// <summary>4: may be read, 2: may be written, 1: is inherited.</summary>
    public int Perm { get; set; }

    /// <summary>1: unit, 2: unit subscription.</summary>
    public int TopicSysFlag { get; set; }
}

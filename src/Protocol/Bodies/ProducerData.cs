namespace OrleansMq.Protocol.Bodies;

/// <summary>A producer group of a client. RocketMQ: ProducerData.</summary>
public sealed class ProducerData
{
    /// <summary>The group.</summary>
    public string GroupName
    {
        get;
        set => field = value ?? "";
    } = "";
}

namespace OrleansMq.Protocol.Bodies;

/// <summary>A consumer group of a client. RocketMQ: ConsumerData.</summary>
public sealed class ConsumerData
{
    /// <summary>The group.</summary>
    public string GroupName
    {
        get;
        set => field = value ?? "";
    } = "";

    /// <summary>How the group consumes.</summary>
    public ConsumeType ConsumeType { get; set; } = ConsumeType.ConsumePassively;

    /// <summary>Whether the members share the messages.</summary>
    public MessageModel MessageModel { get; set; } = MessageModel.Clustering;

    /// <summary>Where a group without offsets begins.</summary>
    public ConsumeFromWhere ConsumeFromWhere { get; set; }

    /// <summary>What the group wants.</summary>
    public List<SubscriptionData> SubscriptionDataSet
    {
        get;
        set => field = BodyValues.WithoutNulls(value);
    } = [];

    /// <summary>Whether the group belongs to a unit.</summary>
    public bool UnitMode { get; set; }
}

namespace OrleansMq.Protocol.Bodies;

/// <summary>What a consumer group wants of a topic. RocketMQ: SubscriptionData.</summary>
public sealed class SubscriptionData
{
    /// <summary>Whether the filter is a class (3.x).</summary>
    public bool ClassFilterMode { get; set; }

    /// <summary>The topic.</summary>
    public string Topic
    {
        get;
        set => field = value ?? "";
    } = "";

    /// <summary>The filter expression; "*" for all. RocketMQ: subString.</summary>
    public string SubString
    {
        get;
        set => field = value ?? "";
    } = "";

    /// <summary>The tags of a TAG expression.</summary>
    public List<string> TagsSet
    {
        get;
        set => field = BodyValues.WithoutNulls(value);
    } = [];

    /// <summary>The hashes of those tags, 32-bit numbers; a broker computes its own.</summary>
    public List<long> CodeSet
    {
        get;
        set => field = BodyValues.WithoutNulls(value);
    } = [];

    /// <summary>The version of the subscription, larger is newer.</summary>
    public long SubVersion { get; set; }

    /// <summary>TAG or SQL92. Default: TAG.</summary>
    public string ExpressionType
    {
        get;
        set => field = value ?? "";
    } = "TAG";
}

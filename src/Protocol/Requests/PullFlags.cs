namespace OrleansMq.Protocol.Requests;

/// <summary>The system flags of a pull. RocketMQ: PullSysFlag.</summary>
[Flags]
public enum PullFlags
{
    /// <summary>Nothing of the below.</summary>
    None = 0,

    /// <summary>The request also commits an offset.</summary>
    CommitOffset = 0x1,

    /// <summary>The broker may hold the request until there is a message.</summary>
    Suspend = 0x2,

    /// <summary>The request brings its own filter expression.</summary>
    Subscription = 0x4,

    /// <summary>The filter is a class (3.x).</summary>
    ClassFilter = 0x8,

    /// <summary>The client is a lite pull consumer.</summary>
    LitePull = 0x10,
}

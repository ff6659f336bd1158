namespace OrleansMq.Broker.Statistics;

/// <summary>What can be asked for by name. RocketMQ: <c>BrokerStatsManager</c>.</summary>
public static class StatisticsName
{
    /// <summary>Messages stored in a topic. Key: the topic.</summary>
    public const string TopicPutCount = "TOPIC_PUT_NUMS";

    /// <summary>Bytes stored in a topic. Key: the topic.</summary>
    public const string TopicPutSize = "TOPIC_PUT_SIZE";

    /// <summary>Messages of a topic given to a group. Key: topic@group.</summary>
    public const string GroupGetCount = "GROUP_GET_NUMS";

    /// <summary>Bytes of a topic given to a group. Key: topic@group.</summary>
    public const string GroupGetSize = "GROUP_GET_SIZE";

    /// <summary>How many milliseconds reading them took. Key: topic@group.</summary>
    public const string GroupGetLatency = "GROUP_GET_LATENCY";

    /// <summary>Messages that a group sent back, dead letters included. Key: topic@group.</summary>
    public const string SendBackCount = "SNDBCK_PUT_NUMS";

    /// <summary>Messages stored by the broker. Key: the cluster's name.</summary>
    public const string BrokerPutCount = "BROKER_PUT_NUMS";

    /// <summary>Messages given out by the broker. Key: the cluster's name.</summary>
    public const string BrokerGetCount = "BROKER_GET_NUMS";

    /// <summary>All names.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        TopicPutCount, TopicPutSize, GroupGetCount, GroupGetSize, GroupGetLatency, SendBackCount, BrokerPutCount,
        BrokerGetCount,
    ];
}

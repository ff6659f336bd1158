using OrleansMq.Messages.Topics;

namespace OrleansMq.Broker.Topics;

/// <summary>The topics that a broker has from its start, as RocketMQ's brokers have them.</summary>
public static class SystemTopics
{
    /// <summary>Where half messages wait for their transaction's end.</summary>
    public const string TransactionHalf = "RMQ_SYS_TRANS_HALF_TOPIC";

    /// <summary>Which half messages are settled.</summary>
    public const string TransactionOperations = "RMQ_SYS_TRANS_OP_HALF_TOPIC";

    /// <summary>Half messages that were checked too often.</summary>
    public const string TransactionParked = "TRANS_CHECK_MAX_TIME_TOPIC";

    /// <summary>The traces that clients send.</summary>
    public const string Trace = "RMQ_SYS_TRACE_TOPIC";

    /// <summary>OrleansMq's own: who was given which messages, and acknowledged which.</summary>
    public const string Deliveries = "OMQ_SYS_DELIVERIES";

    /// <summary>A topic for probes.</summary>
    public const string SelfTest = "SELF_TEST_TOPIC";

    /// <summary>Events about consumers whose offset was moved.</summary>
    public const string OffsetMoved = "OFFSET_MOVED_EVENT";

    /// <summary>The prefix of the names that RocketMQ keeps for itself.</summary>
    public const string Prefix = "rmq_sys_";

    /// <summary>The system topics of a broker; the template of automatic topics only if those are allowed.</summary>
    public static IEnumerable<TopicConfig> Of(BrokerOptions options)
    {
        if (options.AutoCreateTopics)
        {
            yield return Topic(TopicNames.AutoCreateTemplate, options.DefaultTopicQueues) with
            {
                Permissions = TopicPermissions.ReadWrite | TopicPermissions.Inherit,
            };
        }

        yield return Topic(TopicNames.Schedule, Delays.DelayLevels.Parse(options.DelayLevels).Count + 1);
        yield return Topic(TransactionHalf, 1);
        yield return Topic(TransactionOperations, 1);
        yield return Topic(TransactionParked, 1);
        yield return Topic(TopicNames.Pops, 1);
        yield return Topic(Trace, 1);
        yield return Topic(Deliveries, 1);
        yield return Topic(SelfTest, 1);
        yield return Topic(OffsetMoved, 1);
        yield return Topic(ReplyOf(options.ClusterName), 1);
    }

    /// <summary>The topic through which replies of request-reply messages go.</summary>
    public static string ReplyOf(string clusterName) => clusterName + "_REPLY_TOPIC";

    private static TopicConfig Topic(string name, int queues) =>
        new() { Name = name, ReadQueues = queues, WriteQueues = queues };
}

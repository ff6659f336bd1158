using OrleansMq.Broker.Delays;

namespace OrleansMq.Broker;

/// <summary>What a broker allows, keeps and gives up after how long.</summary>
public sealed class BrokerOptions
{
    /// <summary>The section of the configuration that these options are bound to.</summary>
    public const string Section = "OrleansMq:Broker";

    /// <summary>The cluster that the broker belongs to. Default: DefaultCluster.</summary>
    public string ClusterName { get; set; } = "DefaultCluster";

    /// <summary>The name of the broker, the same for as long as its store lives. Default: broker-a.</summary>
    public string BrokerName { get; set; } = "broker-a";

    /// <summary>
    /// Whether a message to an unknown topic creates it. When off, no template is offered to clients either. Default: true.
    /// </summary>
    public bool AutoCreateTopics { get; set; } = true;

    /// <summary>Whether a consumer of an unknown group creates it. Default: true.</summary>
    public bool AutoCreateGroups { get; set; } = true;

    /// <summary>The queues of a topic created automatically, unless the producer asks for fewer. Default: 8.</summary>
    public int DefaultTopicQueues { get; set; } = 8;

    /// <summary>The most queues that a topic may have, 1 or more. Default: 16,384.</summary>
    public int MaxQueuesPerTopic { get; set; } = 16_384;

    /// <summary>The most topics of a broker, system topics included. Default: 100,000.</summary>
    public int MaxTopics { get; set; } = 100_000;

    /// <summary>The most attributes of a topic or a group. Default: 64.</summary>
    public int MaxAttributes { get; set; } = 64;

    /// <summary>The most consumer groups of a broker. Default: 100,000.</summary>
    public int MaxConsumerGroups { get; set; } = 100_000;

    /// <summary>The most members of a consumer group. Default: 10,000.</summary>
    public int MaxMembersPerGroup { get; set; } = 10_000;

    /// <summary>The most topics that a member may subscribe to within its group. Default: 1,000.</summary>
    public int MaxSubscriptionsPerMember { get; set; } = 1_000;

    /// <summary>The most queues that the members of a group may lock. Default: 100,000.</summary>
    public int MaxQueueLocksPerGroup { get; set; } = 100_000;

    /// <summary>The most queues for which a group may commit offsets. Default: 100,000.</summary>
    public int MaxCommittedQueuesPerGroup { get; set; } = 100_000;

    /// <summary>The most producer groups of a broker. Default: 100,000.</summary>
    public int MaxProducerGroups { get; set; } = 100_000;

    /// <summary>The most members of a producer group. Default: 10,000.</summary>
    public int MaxMembersPerProducerGroup { get; set; } = 10_000;

    /// <summary>How long a client may be silent before it is taken for gone. Default: 120 seconds.</summary>
    public TimeSpan ClientExpiry { get; set; } = TimeSpan.FromSeconds(120);

    /// <summary>How long a queue lock holds after it was last renewed. Default: 60 seconds.</summary>
    public TimeSpan QueueLockExpiry { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// The delay of each level, from level 1 on: numbers with a unit of s, m, h or d, separated by spaces.
    /// Default: 1s 5s 10s 30s 1m 2m 3m 4m 5m 6m 7m 8m 9m 10m 20m 30m 1h 2h.
    /// </summary>
    public string DelayLevels { get; set; } = Delays.DelayLevels.DefaultText;

    /// <summary>The longest delay that a message may ask for outside the delay levels. Default: 3 days.</summary>
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromDays(3);

    /// <summary>The most messages that wait for their delivery time; about 40 bytes of memory each. Default: 2,000,000.</summary>
    public int MaxTimerEntries { get; set; } = 2_000_000;

    /// <summary>Checks every option and returns a problem for each that is wrong; empty when all are right.</summary>
    public IReadOnlyList<string> Validate()
    {
        var problems = new List<string>();
        RequireName(nameof(ClusterName), ClusterName);
        RequireName(nameof(BrokerName), BrokerName);
        RequireRange(nameof(MaxQueuesPerTopic), MaxQueuesPerTopic, 1, 1 << 20);
        RequireRange(nameof(DefaultTopicQueues), DefaultTopicQueues, 1, MaxQueuesPerTopic);
        RequireRange(nameof(MaxTopics), MaxTopics, 32, int.MaxValue);
        RequireRange(nameof(MaxAttributes), MaxAttributes, 0, 10_000);
        RequireRange(nameof(MaxConsumerGroups), MaxConsumerGroups, 16, int.MaxValue);
        RequireRange(nameof(MaxMembersPerGroup), MaxMembersPerGroup, 1, int.MaxValue);
        RequireRange(nameof(MaxSubscriptionsPerMember), MaxSubscriptionsPerMember, 1, int.MaxValue);
        RequireRange(nameof(MaxQueueLocksPerGroup), MaxQueueLocksPerGroup, 1, int.MaxValue);
        RequireRange(nameof(MaxCommittedQueuesPerGroup), MaxCommittedQueuesPerGroup, 1, int.MaxValue);
        RequireRange(nameof(MaxProducerGroups), MaxProducerGroups, 1, int.MaxValue);
        RequireRange(nameof(MaxMembersPerProducerGroup), MaxMembersPerProducerGroup, 1, int.MaxValue);
        RequireRange(nameof(MaxTimerEntries), MaxTimerEntries, 1, TimerWheel.MaxCapacity);
        RequireDuration(nameof(ClientExpiry), ClientExpiry, TimeSpan.FromSeconds(1));
        RequireDuration(nameof(QueueLockExpiry), QueueLockExpiry, TimeSpan.FromSeconds(1));
        RequireDuration(nameof(MaxDelay), MaxDelay, TimeSpan.Zero);
        if (!Delays.DelayLevels.TryParse(DelayLevels, out _, out string? problem))
            problems.Add($"{Section}:{nameof(DelayLevels)}: {problem}");
        return problems;

        void RequireName(string option, string value)
        {
            if (!Messages.Topics.TopicNames.IsValidTopic(value, out string? nameProblem))
                problems.Add($"{Section}:{option}: {nameProblem}");
        }

        void RequireRange(string option, long value, long min, long max)
        {
            if (value < min || value > max)
                problems.Add($"{Section}:{option} is {value}; set it to {min} to {max}.");
        }

        void RequireDuration(string option, TimeSpan value, TimeSpan min)
        {
            if (value < min || value > TimeSpan.FromDays(3650))
                problems.Add($"{Section}:{option} is {value}; set it to {min} to ten years.");
        }
    }
}

namespace OrleansMq.Broker.ConsumerGroups;

/// <summary>What an operator set for a consumer group. Two of them are equal when all their values are.</summary>
public sealed record SubscriptionGroupConfig
{
    /// <summary>The group's name.</summary>
    public required string Name { get; init; }

    /// <summary>Whether the group may consume at all. Default: true.</summary>
    public bool ConsumeEnable { get; init; } = true;

    /// <summary>Whether a new group may begin at the oldest message. Default: true.</summary>
    public bool ConsumeFromMinEnable { get; init; } = true;

    /// <summary>Whether members may consume in broadcasting. Default: true.</summary>
    public bool ConsumeBroadcastEnable { get; init; } = true;

    /// <summary>Whether pop hands out the messages of a queue in order. Default: false.</summary>
    public bool ConsumeMessageOrderly { get; init; }

    /// <summary>The queues of the group's retry topic; 0 drops what is sent back. Default: 1.</summary>
    public int RetryQueues { get; init; } = 1;

    /// <summary>How often a message is tried again before it becomes a dead letter. Default: 16.</summary>
    public int RetryMaxTimes { get; init; } = 16;

    /// <summary>The number of the broker that members read from; 0 is the master. Default: 0.</summary>
    public long BrokerId { get; init; }

    /// <summary>The number of the broker that members read old messages from. Default: 1.</summary>
    public long WhichBrokerWhenConsumeSlowly { get; init; } = 1;

    /// <summary>Whether members are told when others come and go. Default: true.</summary>
    public bool NotifyConsumerIdsChangedEnable { get; init; } = true;

    /// <summary>RocketMQ's group flags; kept for clients. Default: 0.</summary>
    public int SystemFlag { get; init; }

    /// <summary>How long a push consumer may work on a message. Default: 15.</summary>
    public int ConsumeTimeoutMinutes { get; init; } = 15;

    /// <summary>Further settings by name.</summary>
    public IReadOnlyDictionary<string, string> Attributes { get; init; } = new Dictionary<string, string>();

    /// <inheritdoc/>
    public bool Equals(SubscriptionGroupConfig? other) => other is not null
        && Name == other.Name
        && ConsumeEnable == other.ConsumeEnable
        && ConsumeFromMinEnable == other.ConsumeFromMinEnable
        && ConsumeBroadcastEnable == other.ConsumeBroadcastEnable
        && ConsumeMessageOrderly == other.ConsumeMessageOrderly
        && RetryQueues == other.RetryQueues
        && RetryMaxTimes == other.RetryMaxTimes
        && BrokerId == other.BrokerId
        && WhichBrokerWhenConsumeSlowly == other.WhichBrokerWhenConsumeSlowly
        && NotifyConsumerIdsChangedEnable == other.NotifyConsumerIdsChangedEnable
        && SystemFlag == other.SystemFlag
        && ConsumeTimeoutMinutes == other.ConsumeTimeoutMinutes
        && Attributes.Count == other.Attributes.Count
        && Attributes.All(pair => other.Attributes.TryGetValue(pair.Key, out string? value) && value == pair.Value);

    /// <inheritdoc/>
    public override int GetHashCode() =>
        HashCode.Combine(Name, ConsumeEnable, RetryQueues, RetryMaxTimes, Attributes.Count);
}

using OrleansMq.Protocol.Bodies;

namespace OrleansMq.Client.Administration;

/// <summary>The settings of a consumer group.</summary>
/// <param name="Name">The group.</param>
public sealed record GroupSettings(string Name)
{
    /// <summary>Whether it may consume. Default: true.</summary>
    public bool MayConsume { get; init; } = true;

    /// <summary>Whether each member may get all messages. Default: true.</summary>
    public bool MayBroadcast { get; init; } = true;

    /// <summary>Whether messages of one ordering key are popped in their order. Default: false.</summary>
    public bool IsOrdered { get; init; }

    /// <summary>How often a message is tried again before it is a dead letter. Default: 16.</summary>
    public int MaxRetries { get; init; } = 16;

    /// <summary>The queues of its retry topic on each broker. Default: 1.</summary>
    public int RetryQueues { get; init; } = 1;

    internal static GroupSettings Of(SubscriptionGroupConfig config) => new(config.GroupName)
    {
        MayConsume = config.ConsumeEnable,
        MayBroadcast = config.ConsumeBroadcastEnable,
        IsOrdered = config.ConsumeMessageOrderly,
        MaxRetries = config.RetryMaxTimes,
        RetryQueues = config.RetryQueueNums,
    };

    internal SubscriptionGroupConfig ToConfig() => new()
    {
        GroupName = Name,
        ConsumeEnable = MayConsume,
        ConsumeBroadcastEnable = MayBroadcast,
        ConsumeMessageOrderly = IsOrdered,
        RetryMaxTimes = MaxRetries,
        RetryQueueNums = RetryQueues,
    };
}

/// <summary>A group, its members and what they consume.</summary>
/// <param name="Settings">Its settings.</param>
/// <param name="Members">The members that are online, at any broker.</param>
/// <param name="Subscriptions">The topics that they consume, with their filters.</param>
public sealed record GroupDescription(
    GroupSettings Settings, IReadOnlyList<GroupMember> Members, IReadOnlyDictionary<string, string> Subscriptions)
{
    /// <summary>Whether any member is there.</summary>
    public bool IsOnline => Members.Count > 0;
}

/// <summary>A member of a group.</summary>
/// <param name="ClientId">Its name in the group.</param>
/// <param name="Address">Where it connects from.</param>
public sealed record GroupMember(string ClientId, string Address);

/// <summary>How far a group is behind in a queue.</summary>
/// <param name="Queue">The queue.</param>
/// <param name="Committed">The offset at which the group goes on.</param>
/// <param name="End">The offset behind the newest message.</param>
/// <param name="Messages">How many messages that are kept it has not consumed.</param>
/// <param name="OldestUnread">When the oldest of those was stored; null if there is none.</param>
public sealed record QueueLag(
    MessageQueueKey Queue, long Committed, long End, long Messages, DateTimeOffset? OldestUnread);

/// <summary>How far a group is behind.</summary>
/// <param name="Group">The group.</param>
/// <param name="Queues">The queues of all brokers and topics that it consumes.</param>
/// <param name="At">When this was found out.</param>
public sealed record GroupLag(string Group, IReadOnlyList<QueueLag> Queues, DateTimeOffset At)
{
    /// <summary>How many messages it has not consumed.</summary>
    public long Messages => Queues.Sum(queue => queue.Messages);

    /// <summary>When the oldest of those was stored; null if there is none.</summary>
    public DateTimeOffset? OldestUnread => Queues.Min(queue => queue.OldestUnread);

    /// <summary>For how long the oldest message has waited; zero if none does.</summary>
    public TimeSpan Delay => OldestUnread is { } oldest && oldest < At ? At - oldest : TimeSpan.Zero;
}

namespace OrleansMq.Broker.Tracing;

/// <summary>How far a group is with a message.</summary>
public enum MessageStatus
{
    /// <summary>The group neither subscribes to the topic nor has it ever consumed of it.</summary>
    NotSubscribed,

    /// <summary>It is still to come.</summary>
    NotConsumedYet,

    /// <summary>A client was given it, and has not acknowledged it.</summary>
    Delivered,

    /// <summary>It was acknowledged.</summary>
    Consumed,

    /// <summary>The group went past it, because its filter does not select it.</summary>
    Filtered,

    /// <summary>It failed, and comes again or is on its way.</summary>
    Retrying,

    /// <summary>It was given up.</summary>
    DeadLettered,

    /// <summary>Every member consumes it by itself and tells no broker how far it is.</summary>
    Broadcasting,
}

/// <summary>What is known of a message and a group, from which its status follows.</summary>
public readonly record struct GroupFacts
{
    /// <summary>Whether a member subscribes to the topic.</summary>
    public bool IsSubscribed { get; init; }

    /// <summary>Whether the subscription leaves the message out.</summary>
    public bool IsFiltered { get; init; }

    /// <summary>Whether every member gets every message.</summary>
    public bool IsBroadcasting { get; init; }

    /// <summary>The message's place in its queue.</summary>
    public long Offset { get; init; }

    /// <summary>How far the group is in the queue; null when it never said.</summary>
    public long? CommittedOffset { get; init; }

    /// <summary>Whether the journal says that a client was given it.</summary>
    public bool IsDelivered { get; init; }

    /// <summary>Whether the journal says that it was acknowledged by itself.</summary>
    public bool IsAcknowledged { get; init; }

    /// <summary>Where the newest copy for the group's retry topic stands in the log; null without one.</summary>
    public long? NewestRetry { get; init; }

    /// <summary>Whether that copy was consumed.</summary>
    public bool IsRetryConsumed { get; init; }

    /// <summary>Where the newest dead letter that was made of it stands in the log; null without one.</summary>
    public long? NewestDeadLetter { get; init; }

    /// <summary>What follows: the newest fact counts.</summary>
    public MessageStatus Status
    {
        get
        {
            if (NewestDeadLetter is not null && NewestDeadLetter > (NewestRetry ?? -1))
                return MessageStatus.DeadLettered;
            if (NewestRetry is not null)
                return IsRetryConsumed ? MessageStatus.Consumed : MessageStatus.Retrying;
            if (IsAcknowledged || CommittedOffset > Offset)
                return IsFiltered && !IsAcknowledged ? MessageStatus.Filtered : MessageStatus.Consumed;
            if (IsBroadcasting)
                return MessageStatus.Broadcasting;
            if (IsDelivered)
                return IsFiltered ? MessageStatus.Filtered : MessageStatus.Delivered;
            return IsSubscribed || CommittedOffset is not null
                ? MessageStatus.NotConsumedYet
                : MessageStatus.NotSubscribed;
        }
    }

    /// <summary>The status as answers name it.</summary>
    public static string NameOf(MessageStatus status) => status switch
    {
        MessageStatus.NotSubscribed => "NOT_SUBSCRIBED",
        MessageStatus.NotConsumedYet => "NOT_CONSUMED_YET",
        MessageStatus.Delivered => "DELIVERED",
        MessageStatus.Consumed => "CONSUMED",
        MessageStatus.Filtered => "FILTERED",
        MessageStatus.Retrying => "RETRYING",
        MessageStatus.DeadLettered => "DEAD_LETTERED",
        _ => "BROADCASTING",
    };
}

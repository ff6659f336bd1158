namespace OrleansMq.Protocol.Bodies;

/// <summary>How far a group is with a message.</summary>
public sealed class GroupTrace
{
    /// <summary>The group.</summary>
    public string Group { get; set; } = "";

    /// <summary>
    /// NOT_SUBSCRIBED, NOT_CONSUMED_YET, DELIVERED, CONSUMED, FILTERED, RETRYING, DEAD_LETTERED or BROADCASTING.
    /// </summary>
    public string Status { get; set; } = "";

    /// <summary>Whether it has a member now.</summary>
    public bool IsOnline { get; set; }

    /// <summary>How far it is in the message's queue; null when it never said.</summary>
    public long? CommittedOffset { get; set; }

    /// <summary>Which clients were given the message.</summary>
    public List<DeliveryEntry> Deliveries { get; set; } = [];

    /// <summary>When it was acknowledged first, as far as that was noted, Unix milliseconds.</summary>
    public long? AcknowledgedTimestamp { get; set; }

    /// <summary>Who acknowledged it.</summary>
    public string? AcknowledgedBy { get; set; }

    /// <summary>The copies that were made because it failed, in their order.</summary>
    public List<RetryEntry> Retries { get; set; } = [];

    /// <summary>The newest dead letter that was made of it.</summary>
    public DeadLetterEntry? DeadLetter { get; set; }
}

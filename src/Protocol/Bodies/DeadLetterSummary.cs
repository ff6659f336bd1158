namespace OrleansMq.Protocol.Bodies;

/// <summary>How many dead letters a group has on a broker.</summary>
public sealed class DeadLetterSummary
{
    /// <summary>The group.</summary>
    public string Group { get; set; } = "";

    /// <summary>How many are kept, those that were sent again included.</summary>
    public long Count { get; set; }

    /// <summary>When the oldest became one, Unix milliseconds.</summary>
    public long OldestTimestamp { get; set; }

    /// <summary>When the newest became one, Unix milliseconds.</summary>
    public long NewestTimestamp { get; set; }
}

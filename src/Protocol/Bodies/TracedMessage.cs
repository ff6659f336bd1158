namespace OrleansMq.Protocol.Bodies;

/// <summary>A message, where it lies, and how far each group is with it.</summary>
public sealed class TracedMessage
{
    /// <summary>The broker's identifier.</summary>
    public string MessageId { get; set; } = "";

    /// <summary>The identifier that the producer gave.</summary>
    public string? UniqueKey { get; set; }

    /// <summary>The keys, separated by spaces.</summary>
    public string? Keys { get; set; }

    /// <summary>The tag.</summary>
    public string? Tags { get; set; }

    /// <summary>The topic that it is in, or for.</summary>
    public string Topic { get; set; } = "";

    /// <summary>The queue that it is in, or for.</summary>
    public int QueueId { get; set; }

    /// <summary>Its place in the queue; negative while it is not there.</summary>
    public long QueueOffset { get; set; }

    /// <summary>Its place in the broker's log.</summary>
    public long PhysicalOffset { get; set; }

    /// <summary>
    /// STORED, WAITING for its time, HALF or PARKED as part of a transaction, or GONE: called back, or rolled back.
    /// </summary>
    public string State { get; set; } = "";

    /// <summary>When it is due, Unix milliseconds; null when it does not wait.</summary>
    public long? DueTimestamp { get; set; }

    /// <summary>When the producer made it, Unix milliseconds.</summary>
    public long BornTimestamp { get; set; }

    /// <summary>The producer's address.</summary>
    public string BornHost { get; set; } = "";

    /// <summary>When the broker stored it, Unix milliseconds.</summary>
    public long StoreTimestamp { get; set; }

    /// <summary>How long its body is, as it is stored.</summary>
    public int BodyBytes { get; set; }

    /// <summary>For a copy, the identifier of the message before all retries.</summary>
    public string? OriginMessageId { get; set; }

    /// <summary>For a dead letter that was sent again, where that stands in the log.</summary>
    public long? DeadLetterOffset { get; set; }

    /// <summary>How far the groups are, by name.</summary>
    public List<GroupTrace> Groups
    {
        get;
        set => field = BodyValues.WithoutNulls(value);
    } = [];
}

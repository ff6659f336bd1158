namespace OrleansMq.Protocol.Bodies;

/// <summary>A copy of a message that failed.</summary>
public sealed class RetryEntry
{
    /// <summary>The broker's identifier of the copy.</summary>
    public string MessageId { get; set; } = "";

    /// <summary>How often the message was tried before.</summary>
    public int ReconsumeTimes { get; set; }

    /// <summary>
    /// WAITING for its time, STORED in the retry topic, DELIVERED, or CONSUMED: the group went past it.
    /// </summary>
    public string Status { get; set; } = "";

    /// <summary>When the copy was stored, Unix milliseconds.</summary>
    public long StoreTimestamp { get; set; }

    /// <summary>When it is due, Unix milliseconds; null when it does not wait.</summary>
    public long? DueTimestamp { get; set; }

    /// <summary>Whether an operator sent it again out of the dead letters.</summary>
    public bool IsResent { get; set; }

    /// <summary>Which clients were given the copy.</summary>
    public List<DeliveryEntry> Deliveries { get; set; } = [];
}

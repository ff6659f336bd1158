namespace OrleansMq.Protocol.Bodies;

/// <summary>A dead letter as lists show it.</summary>
public sealed class DeadLetterEntry
{
    /// <summary>The identifier of the dead letter itself.</summary>
    public string MessageId { get; set; } = "";

    /// <summary>Its queue in the dead-letter topic.</summary>
    public int QueueId { get; set; }

    /// <summary>Its place in that queue.</summary>
    public long QueueOffset { get; set; }

    /// <summary>The identifier that the producer gave.</summary>
    public string? UniqueKey { get; set; }

    /// <summary>The keys, separated by spaces.</summary>
    public string? Keys { get; set; }

    /// <summary>The tag.</summary>
    public string? Tags { get; set; }

    /// <summary>The topic that it came from.</summary>
    public string OriginTopic { get; set; } = "";

    /// <summary>The broker's identifier of the message before all retries.</summary>
    public string? OriginMessageId { get; set; }

    /// <summary>Why it was given up: ATTEMPTS_USED_UP, CONSUMER_GAVE_UP or UNKNOWN.</summary>
    public string Reason { get; set; } = "";

    /// <summary>How often it was handed to the group.</summary>
    public int Attempts { get; set; }

    /// <summary>The client that had it last, or its address.</summary>
    public string? Consumer { get; set; }

    /// <summary>What went wrong the last time, in words, where the broker was told.</summary>
    public string? Error { get; set; }

    /// <summary>When the producer made the message, Unix milliseconds.</summary>
    public long BornTimestamp { get; set; }

    /// <summary>When it became a dead letter, Unix milliseconds.</summary>
    public long DeadTimestamp { get; set; }

    /// <summary>How long its body is, as it is stored.</summary>
    public int BodyBytes { get; set; }

    /// <summary>How often it was sent again.</summary>
    public int ResentCount { get; set; }

    /// <summary>When it was sent again last, Unix milliseconds.</summary>
    public long? ResentTimestamp { get; set; }
}

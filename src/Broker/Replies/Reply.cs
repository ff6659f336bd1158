namespace OrleansMq.Broker.Replies;

/// <summary>The reply of a consumer to a request.</summary>
public sealed record Reply
{
    /// <summary>The producer group of whoever replies.</summary>
    public required string ProducerGroup { get; init; }

    /// <summary>The topic, usually that of the cluster for replies.</summary>
    public required string Topic { get; init; }

    /// <summary>The template that the sender names for unknown topics.</summary>
    public string DefaultTopic { get; init; } = "";

    /// <summary>How many queues it asks for.</summary>
    public int DefaultTopicQueues { get; init; }

    /// <summary>The queue, 0 and up.</summary>
    public int QueueId { get; init; }

    /// <summary>The system flags; the body may be compressed.</summary>
    public int SystemFlags { get; init; }

    /// <summary>When the reply was made, Unix milliseconds.</summary>
    public long BornTimestamp { get; init; }

    /// <summary>The application's own number.</summary>
    public int Flag { get; init; }

    /// <summary>The encoded properties.</summary>
    public required ReadOnlyMemory<byte> Properties { get; init; }

    /// <summary>How often it was consumed without success.</summary>
    public int ReconsumeTimes { get; init; }

    /// <summary>Whether the sender belongs to a unit.</summary>
    public bool IsUnitMode { get; init; }

    /// <summary>The address of whoever replies.</summary>
    public required string BornHost { get; init; }

    /// <summary>The body, as it was sent.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }
}

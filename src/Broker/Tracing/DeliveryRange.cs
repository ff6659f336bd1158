namespace OrleansMq.Broker.Tracing;

/// <summary>What happened to the messages of a range.</summary>
public enum DeliveryKind
{
    /// <summary>A client was given them.</summary>
    Delivered = 0,

    /// <summary>A client said that its group is done with them.</summary>
    Acknowledged = 1,
}

/// <summary>What happened to consecutive messages of a queue.</summary>
/// <param name="Kind">What.</param>
/// <param name="Group">The consumer group.</param>
/// <param name="Client">The client's id, or its address.</param>
/// <param name="Topic">The topic.</param>
/// <param name="QueueId">The queue.</param>
/// <param name="From">The first message; negative for all before <paramref name="To"/>.</param>
/// <param name="To">The message behind the last one.</param>
/// <param name="FirstMilliseconds">When it began, Unix milliseconds.</param>
/// <param name="LastMilliseconds">When it ended.</param>
public readonly record struct DeliveryRange(
    DeliveryKind Kind, string Group, string Client, string Topic, int QueueId, long From, long To,
    long FirstMilliseconds, long LastMilliseconds)
{
    /// <summary>Whether a message of the queue lies in the range.</summary>
    public bool Covers(long offset) => From <= offset && offset < To;
}

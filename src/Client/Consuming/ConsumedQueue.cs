namespace OrleansMq.Client.Consuming;

/// <summary>How far a consumer is with one of its queues.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="BrokerName">The broker.</param>
/// <param name="QueueId">The queue within the topic on that broker.</param>
public sealed record ConsumedQueue(string Topic, string BrokerName, int QueueId)
{
    /// <summary>The offset that is pulled next; null while it is not known yet.</summary>
    public long? Position { get; init; }

    /// <summary>The lowest offset that is not done: what a commit would say. Null while it is not known yet.</summary>
    public long? Unfinished { get; init; }

    /// <summary>What was committed last.</summary>
    public long? Committed { get; init; }

    /// <summary>Messages that are held and not done, those with handlers included.</summary>
    public int Prefetched { get; init; }

    /// <summary>The bytes of their bodies.</summary>
    public long PrefetchedBytes { get; init; }

    /// <summary>Messages that handlers have now.</summary>
    public int Handling { get; init; }

    /// <summary>Why it does not get on, if the last pull failed; null otherwise.</summary>
    public string? Problem { get; init; }
}

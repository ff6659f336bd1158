namespace OrleansMq.Broker.Topics;

/// <summary>What became of a request for a topic.</summary>
public enum TopicStatus
{
    /// <summary>The topic was there already and is as asked for.</summary>
    Found,

    /// <summary>The topic was created.</summary>
    Created,

    /// <summary>The topic was changed.</summary>
    Updated,

    /// <summary>The topic was deleted.</summary>
    Deleted,

    /// <summary>There is no such topic, and it may not be created now.</summary>
    NotFound,

    /// <summary>The name, queue count, permissions or attributes are not allowed.</summary>
    Invalid,

    /// <summary>The topic belongs to the broker.</summary>
    Reserved,

    /// <summary>The broker has as many topics as its options allow.</summary>
    LimitReached,

    /// <summary>Nobody could decide now: the cluster or its database cannot be reached.</summary>
    Unavailable,
}

/// <summary>The outcome of a request for a topic.</summary>
/// <param name="Status">What became of it.</param>
/// <param name="Topic">The topic as it is now, or as it was when it was deleted; null when refused.</param>
/// <param name="Problem">Why the request was refused; null otherwise.</param>
public readonly record struct TopicResult(TopicStatus Status, TopicConfig? Topic, string? Problem)
{
    /// <summary>Whether the table of topics changed, so that it must be persisted and announced.</summary>
    public bool IsChange => Status is TopicStatus.Created or TopicStatus.Updated or TopicStatus.Deleted;

    internal static TopicResult Refuse(TopicStatus status, string problem) => new(status, null, problem);
}

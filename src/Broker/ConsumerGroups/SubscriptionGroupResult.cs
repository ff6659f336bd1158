namespace OrleansMq.Broker.ConsumerGroups;

/// <summary>What became of a request for a consumer group.</summary>
public enum SubscriptionGroupStatus
{
    /// <summary>The group was there already and is as asked for.</summary>
    Found,

    /// <summary>The group was created.</summary>
    Created,

    /// <summary>The group was changed.</summary>
    Updated,

    /// <summary>The group was deleted.</summary>
    Deleted,

    /// <summary>There is no such group, and it may not be created now.</summary>
    NotFound,

    /// <summary>The name or a setting is not allowed.</summary>
    Invalid,

    /// <summary>The broker has as many groups as its options allow.</summary>
    LimitReached,

    /// <summary>Nobody could decide now: the cluster or its database cannot be reached.</summary>
    Unavailable,
}

/// <summary>The outcome of a request for a consumer group.</summary>
/// <param name="Status">What became of it.</param>
/// <param name="Group">The group as it is now, or as it was when it was deleted; null when refused.</param>
/// <param name="Problem">Why the request was refused; null otherwise.</param>
public readonly record struct SubscriptionGroupResult(
    SubscriptionGroupStatus Status, SubscriptionGroupConfig? Group, string? Problem)
{
    /// <summary>Whether the table of groups changed, so that it must be persisted.</summary>
    public bool IsChange =>
        Status is SubscriptionGroupStatus.Created or SubscriptionGroupStatus.Updated or SubscriptionGroupStatus.Deleted;

    internal static SubscriptionGroupResult Refuse(SubscriptionGroupStatus status, string problem) =>
        new(status, null, problem);
}

using OrleansMq.Protocol.Bodies;

namespace OrleansMq.Broker.ConsumerGroups;

/// <summary>The state of a <see cref="ConsumerGroup"/>, to be stored or shown to other brokers.</summary>
public sealed record GroupSnapshot
{
    /// <summary>The group's name.</summary>
    public required string Name { get; init; }

    /// <summary>The group's epoch.</summary>
    public long Epoch { get; init; }

    /// <summary>The members, sorted by client id.</summary>
    public IReadOnlyList<MemberSnapshot> Members { get; init; } = [];

    /// <summary>What the group subscribes to, sorted by topic.</summary>
    public IReadOnlyList<Subscription> Subscriptions { get; init; } = [];

    /// <summary>Who drives the consumption.</summary>
    public ConsumeType ConsumeType { get; init; } = ConsumeType.ConsumePassively;

    /// <summary>Who gets a message.</summary>
    public MessageModel MessageModel { get; init; } = MessageModel.Clustering;

    /// <summary>Where the group begins without a committed offset.</summary>
    public ConsumeFromWhere ConsumeFromWhere { get; init; } = ConsumeFromWhere.ConsumeFromLastOffset;

    /// <summary>Who holds which queue.</summary>
    public IReadOnlyList<LockedQueue> Locks { get; init; } = [];
}

/// <summary>A member by its last heartbeat and its connections.</summary>
/// <param name="Member">The member.</param>
/// <param name="Channels">One connection for each broker that it is connected to.</param>
public sealed record MemberSnapshot(GroupMember Member, IReadOnlyList<ClientChannel> Channels);

/// <summary>A queue that a member holds.</summary>
/// <param name="Queue">The queue.</param>
/// <param name="ClientId">The member.</param>
public sealed record LockedQueue(MessageQueueKey Queue, string ClientId);

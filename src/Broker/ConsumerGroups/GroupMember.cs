using OrleansMq.Protocol.Bodies;

namespace OrleansMq.Broker.ConsumerGroups;

/// <summary>What a heartbeat says about one consumer of a group.</summary>
public sealed record GroupMember
{
    /// <summary>The client's identifier, unique in its group.</summary>
    public required string ClientId { get; init; }

    /// <summary>The connection over which the heartbeat came.</summary>
    public required ClientChannel Channel { get; init; }

    /// <summary>The client's address, for operators.</summary>
    public string RemoteAddress { get; init; } = "";

    /// <summary>The language of the client library as the wire names it, for operators.</summary>
    public string Language { get; init; } = "OTHER";

    /// <summary>The version number of the client library, for operators.</summary>
    public int Version { get; init; }

    /// <summary>Who drives the consumption.</summary>
    public ConsumeType ConsumeType { get; init; } = ConsumeType.ConsumePassively;

    /// <summary>Who gets a message.</summary>
    public MessageModel MessageModel { get; init; } = MessageModel.Clustering;

    /// <summary>Where a group without a committed offset begins.</summary>
    public ConsumeFromWhere ConsumeFromWhere { get; init; } = ConsumeFromWhere.ConsumeFromLastOffset;

    /// <summary>What the member subscribes to, one for each topic.</summary>
    public IReadOnlyList<Subscription> Subscriptions { get; init; } = [];

    /// <summary>When the last heartbeat came, Unix milliseconds; set by the group.</summary>
    public long LastHeartbeatMilliseconds { get; init; }
}

namespace OrleansMq.Broker.Producers;

/// <summary>What a heartbeat says about one producer of a group.</summary>
public sealed record ProducerMember
{
    /// <summary>The client's identifier, unique in its group.</summary>
    public required string ClientId { get; init; }

    /// <summary>The connection over which the heartbeat came; what the host calls it.</summary>
    public required long ChannelId { get; init; }

    /// <summary>The client's address, for operators.</summary>
    public string RemoteAddress { get; init; } = "";

    /// <summary>The language of the client library as the wire names it, for operators.</summary>
    public string Language { get; init; } = "OTHER";

    /// <summary>The version number of the client library, for operators.</summary>
    public int Version { get; init; }

    /// <summary>When the last heartbeat came, Unix milliseconds; set by the group.</summary>
    public long LastHeartbeatMilliseconds { get; init; }
}

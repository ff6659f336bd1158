namespace OrleansMq.Broker.Topics;

/// <summary>A topic as one broker serves it. Two configurations are equal when all their values are.</summary>
public sealed record TopicConfig
{
    /// <summary>The topic's name.</summary>
    public required string Name { get; init; }

    /// <summary>How many queues consumers read from, ids 0 and up.</summary>
    public int ReadQueues { get; init; } = 8;

    /// <summary>How many queues producers write to, ids 0 and up.</summary>
    public int WriteQueues { get; init; } = 8;

    /// <summary>What may be done with the topic.</summary>
    public TopicPermissions Permissions { get; init; } = TopicPermissions.ReadWrite;

    /// <summary>Whether clients should keep the order of its messages when brokers come and go.</summary>
    public bool Order { get; init; }

    /// <summary>RocketMQ's unit bits (1 unit, 2 subscribed by units); kept for clients.</summary>
    public int SystemFlag { get; init; }

    /// <summary>Further settings by name, such as <c>message.type</c>.</summary>
    public IReadOnlyDictionary<string, string> Attributes { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// What a request changes in the attributes that the topic has, <c>+name=value,-name</c>; null when
    /// <see cref="Attributes"/> are meant as they are. No topic that exists has any.
    /// </summary>
    public string? AttributeChanges { get; init; }

    /// <summary>Whether messages may be published.</summary>
    public bool IsWritable => (Permissions & TopicPermissions.Write) != 0;

    /// <summary>Whether messages may be consumed.</summary>
    public bool IsReadable => (Permissions & TopicPermissions.Read) != 0;

    /// <inheritdoc/>
    public bool Equals(TopicConfig? other) => other is not null
        && Name == other.Name
        && ReadQueues == other.ReadQueues
        && WriteQueues == other.WriteQueues
        && Permissions == other.Permissions
        && Order == other.Order
        && SystemFlag == other.SystemFlag
        && AttributeChanges == other.AttributeChanges
        && Attributes.Count == other.Attributes.Count
        && Attributes.All(pair => other.Attributes.TryGetValue(pair.Key, out string? value) && value == pair.Value);

    /// <inheritdoc/>
    public override int GetHashCode() =>
        HashCode.Combine(Name, ReadQueues, WriteQueues, Permissions, Order, SystemFlag, Attributes.Count);
}

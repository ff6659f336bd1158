namespace OrleansMq.Client.Sending;

/// <summary>A message to be sent. Not thread-safe while it is changed; sending does not change it.</summary>
public sealed class Message
{
    /// <summary>The topic.</summary>
    public required string Topic { get; init; }

    /// <summary>The payload.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>The tag by which consumers filter; null for none.</summary>
    public string? Tag { get; init; }

    /// <summary>Keys by which the message can be looked up, separated by spaces; null for none.</summary>
    public string? Keys { get; init; }

    /// <summary>
    /// The identifier by which the message can be looked up and told from another try of the same; null lets the client
    /// make one. RocketMQ: UNIQ_KEY.
    /// </summary>
    public string? UniqueKey { get; init; }

    /// <summary>
    /// Messages of one key go to one queue, in the order in which they were sent; null for no order. They wait for that
    /// queue's broker, and fail when it does not come back in time, rather than go elsewhere out of order; once a
    /// topic's queues have changed, keys may lead to other queues. RocketMQ: the sharding key, message group.
    /// </summary>
    public string? OrderingKey { get; init; }

    /// <summary>The application's own number.</summary>
    public int Flag { get; init; }

    /// <summary>The broker's delay level, 1 and up; 0 delivers at once.</summary>
    public int DelayLevel { get; init; }

    /// <summary>When to deliver, to the millisecond; null delivers at once.</summary>
    public DateTimeOffset? DeliverAt { get; init; }

    /// <summary>
    /// The application's own properties. Their names and values hold neither byte 1 nor 2, and no name that has a
    /// member of its own here.
    /// </summary>
    public IReadOnlyDictionary<string, string>? Properties { get; init; }

    /// <summary>The same message with another body and other properties.</summary>
    internal Message With(ReadOnlyMemory<byte> body, IReadOnlyDictionary<string, string>? properties) => new()
    {
        Topic = Topic,
        Body = body,
        Tag = Tag,
        Keys = Keys,
        UniqueKey = UniqueKey,
        OrderingKey = OrderingKey,
        Flag = Flag,
        DelayLevel = DelayLevel,
        DeliverAt = DeliverAt,
        Properties = properties,
    };
}

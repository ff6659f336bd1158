using OrleansMq.Client.Sending;

namespace OrleansMq.Client.Producing;

/// <summary>Where a message lies, and how safe it is. It makes its texts when they are asked for.</summary>
public readonly struct SendReceipt
{
    private readonly UniqueId _id;
    private readonly StoredPlaces? _places;
    private readonly int _index;

    internal SendReceipt(
        string topic, string brokerName, SendStatus status, SendDurability durability, UniqueId id,
        StoredPlaces places, int index)
    {
        Topic = topic;
        BrokerName = brokerName;
        Status = status;
        Durability = durability;
        _id = id;
        _places = places;
        _index = index;
    }

    /// <summary>The topic.</summary>
    public string Topic { get; }

    /// <summary>The name of the broker that has the message.</summary>
    public string BrokerName { get; }

    /// <summary>The queue of the topic on that broker.</summary>
    public int QueueId { get; internal init; }

    /// <summary>The place in that queue; for a delayed message, where it waits.</summary>
    public long QueueOffset { get; internal init; }

    /// <summary>Whether the message is as safe as the broker promises.</summary>
    public SendStatus Status { get; }

    /// <summary>What the message survives.</summary>
    public SendDurability Durability { get; }

    /// <summary>
    /// By what a delayed message is called back, see <see cref="Producer.RecallAsync"/>; null for others.
    /// </summary>
    public string? RecallHandle { get; internal init; }

    /// <summary>The identifier that the producer gave. RocketMQ: msgId, UNIQ_KEY.</summary>
    public string MessageId => _id.ToString();

    /// <summary>The identifier that the broker gave. RocketMQ: offsetMsgId.</summary>
    public string OffsetMessageId => _places?.TextOf(_index) ?? "";

    /// <inheritdoc/>
    public override string ToString() => $"{MessageId} at {Topic}/{BrokerName}/{QueueId}/{QueueOffset} ({Status})";
}

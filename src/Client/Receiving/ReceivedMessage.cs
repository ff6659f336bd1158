using System.Text;
using OrleansMq.Client.Serialization;
using OrleansMq.Messages.Identity;
using OrleansMq.Messages.Properties;

namespace OrleansMq.Client.Receiving;

/// <summary>
/// A message as a broker stored it. It keeps the bytes of the answer that it came with, so an application that keeps
/// messages for long copies what it needs. Thread-safe.
/// </summary>
public sealed class ReceivedMessage
{
    private readonly ReadOnlyMemory<byte> _propertyBlock;
    private Dictionary<string, string>? _properties;

    internal ReceivedMessage(ReadOnlyMemory<byte> propertyBlock) => _propertyBlock = propertyBlock;

    /// <summary>The topic that it was read from.</summary>
    public required string Topic { get; init; }

    /// <summary>The name of the broker that it was read from; null if the reader did not know it.</summary>
    public string? BrokerName { get; internal set; }

    /// <summary>The queue within the topic.</summary>
    public required int QueueId { get; init; }

    /// <summary>Its place in the queue.</summary>
    public required long QueueOffset { get; init; }

    /// <summary>Its place in the broker's log.</summary>
    public required long PhysicalOffset { get; init; }

    /// <summary>The payload; see <see cref="BodyStatus"/>.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Whether the payload is what the producer sent.</summary>
    public required BodyStatus BodyStatus { get; init; }

    /// <summary>The application's own number.</summary>
    public required int Flag { get; init; }

    /// <summary>How often it was consumed without success before.</summary>
    public required int ReconsumeTimes { get; init; }

    /// <summary>When the producer made it.</summary>
    public required DateTimeOffset BornTime { get; init; }

    /// <summary>When the broker stored it.</summary>
    public required DateTimeOffset StoreTime { get; init; }

    /// <summary>The address of the broker that stored it.</summary>
    public required HostAddress StoreHost { get; init; }

    /// <summary>The identifier that the broker gave. RocketMQ: offsetMsgId.</summary>
    public string OffsetMessageId => new OffsetMessageId(StoreHost, PhysicalOffset).ToString();

    /// <summary>The identifier that the producer gave, or else the broker's. RocketMQ: msgId.</summary>
    public string MessageId => Find(PropertyNames.UniqueKey) ?? OffsetMessageId;

    /// <summary>The tag; null without one.</summary>
    public string? Tag => Find(PropertyNames.Tags);

    /// <summary>The keys, separated by spaces; null without any.</summary>
    public string? Keys => Find(PropertyNames.Keys);

    /// <summary>What the producer said of the payload, see <see cref="ContentTypes"/>; null if nothing.</summary>
    public string? ContentType => Find("contentType"u8);

    /// <summary>All properties, those of the system too. Decoded on first use.</summary>
    public IReadOnlyDictionary<string, string> Properties =>
        _properties ??= PropertyBlock.ToDictionary(_propertyBlock.Span);

    /// <summary>The value of a property by its name in UTF-8; null without it.</summary>
    public string? Find(ReadOnlySpan<byte> name) =>
        PropertyBlock.TryGet(_propertyBlock.Span, name, out ReadOnlySpan<byte> value)
        ? Encoding.UTF8.GetString(value)
        : null;

    /// <summary>Whether a property has one of some values. Allocates nothing.</summary>
    internal bool HasAny(ReadOnlySpan<byte> name, ReadOnlySpan<byte[]> values)
    {
        if (!PropertyBlock.TryGet(_propertyBlock.Span, name, out ReadOnlySpan<byte> value))
            return false;

        foreach (byte[] wanted in values)
        {
            if (value.SequenceEqual(wanted))
                return true;
        }

        return false;
    }

    /// <summary>The same message as it is shown when it comes again, or under its topic before all retries.</summary>
    internal ReceivedMessage Show(string topic, int reconsumeTimes) => new(_propertyBlock)
    {
        Topic = topic,
        BrokerName = BrokerName,
        QueueId = QueueId,
        QueueOffset = QueueOffset,
        PhysicalOffset = PhysicalOffset,
        Body = Body,
        BodyStatus = BodyStatus,
        Flag = Flag,
        ReconsumeTimes = reconsumeTimes,
        BornTime = BornTime,
        StoreTime = StoreTime,
        StoreHost = StoreHost,
    };
}

using System.Buffers.Text;
using OrleansMq.Messages.Properties;

namespace OrleansMq.Broker.Delays;

/// <summary>
/// What a parked message is for, and how its properties change on the way in and out. Parked records stand in the
/// schedule topic and keep all they need in their properties.
/// </summary>
public readonly ref struct ParkedMessage
{
    private ParkedMessage(ReadOnlySpan<byte> topic, int queueId, long dueMilliseconds)
    {
        Topic = topic;
        QueueId = queueId;
        DueMilliseconds = dueMilliseconds;
    }

    /// <summary>The topic that the message is for, UTF-8; a slice of the properties it was read from.</summary>
    public ReadOnlySpan<byte> Topic { get; }

    /// <summary>The queue that the message is for.</summary>
    public int QueueId { get; }

    /// <summary>When the message is due, Unix milliseconds.</summary>
    public long DueMilliseconds { get; }

    /// <summary>Reads what a parked record is for; false when the record was not parked by this broker.</summary>
    public static bool TryRead(ReadOnlySpan<byte> properties, out ParkedMessage parked)
    {
        parked = default;
        if (!PropertyBlock.TryGet(properties, PropertyNames.RealTopic, out ReadOnlySpan<byte> topic) || topic.IsEmpty)
            return false;
        if (!TryReadNumber(properties, PropertyNames.RealQueueId, out long queueId) || queueId > int.MaxValue)
            return false;
        if (!TryReadNumber(properties, PropertyNames.TimerOutMilliseconds, out long due))
            return false;

        parked = new ParkedMessage(topic, (int)queueId, due);
        return true;
    }

    /// <summary>The properties of a record that waits: where the message is for and when it is due.</summary>
    /// <param name="properties">The message's properties, without a whole-record checksum.</param>
    /// <param name="topic">The topic that the message is for, UTF-8.</param>
    /// <param name="queueId">The queue that the message is for.</param>
    /// <param name="dueMilliseconds">When it is due, Unix milliseconds.</param>
    public static byte[] Park(
        ReadOnlySpan<byte> properties, ReadOnlySpan<byte> topic, int queueId, long dueMilliseconds) =>
        new PropertyEditor()
            .Remove(PropertyNames.RecordChecksum)
            .Remove(PropertyNames.TimerFrom)
            .Remove(PropertyNames.TimerFirst)
            .Set(PropertyNames.RealTopic, topic)
            .Set(PropertyNames.RealQueueId, queueId)
            .Set(PropertyNames.TimerOutMilliseconds, dueMilliseconds)
            .ApplyTo(properties);

    /// <summary>The properties of the message that comes out when a parked record is due.</summary>
    /// <param name="properties">The parked record's properties, without a whole-record checksum.</param>
    /// <param name="physicalOffset">Where the parked record stands.</param>
    public static byte[] Deliver(ReadOnlySpan<byte> properties, long physicalOffset) =>
        WithoutDelay(new PropertyEditor()).Set(PropertyNames.TimerFrom, physicalOffset).ApplyTo(properties);

    /// <summary>The properties of the record that takes the place of a parked one which would expire.</summary>
    /// <param name="properties">The parked record's properties, without a whole-record checksum.</param>
    /// <param name="physicalOffset">Where the parked record stands.</param>
    /// <param name="dueMilliseconds">When it is due, Unix milliseconds.</param>
    public static byte[] Roll(ReadOnlySpan<byte> properties, long physicalOffset, long dueMilliseconds) =>
        new PropertyEditor()
            .Set(PropertyNames.TimerOutMilliseconds, dueMilliseconds)
            .Set(PropertyNames.TimerFrom, physicalOffset)
            .Set(PropertyNames.TimerFirst, FirstOf(properties, physicalOffset))
            .ApplyTo(properties);

    /// <summary>The properties of the record by which a message is called back.</summary>
    /// <param name="properties">The parked record's properties.</param>
    /// <param name="physicalOffset">Where the parked record stands.</param>
    /// <param name="topic">The topic that the message was for, UTF-8.</param>
    /// <param name="uniqueKey">The identifier that its producer gave: it may be published again.</param>
    public static byte[] Recall(
        ReadOnlySpan<byte> properties, long physicalOffset, ReadOnlySpan<byte> topic, ReadOnlySpan<byte> uniqueKey) =>
        new PropertyEditor()
            .Set(PropertyNames.TimerFrom, physicalOffset)
            .Set(PropertyNames.TimerFirst, FirstOf(properties, physicalOffset))
            .Set(PropertyNames.RealTopic, topic)
            .Set(PropertyNames.UniqueKey, uniqueKey)
            .ApplyTo([]);

    /// <summary>Where a message was parked first, as far as a record says that has to do with it.</summary>
    /// <param name="properties">The record's properties.</param>
    /// <param name="otherwise">What holds if the record does not say it.</param>
    public static long FirstOf(ReadOnlySpan<byte> properties, long otherwise) =>
        TryReadNumber(properties, PropertyNames.TimerFirst, out long first) ? first : otherwise;

    /// <summary>Where the parked record stands that a message was made from; false when it never waited.</summary>
    public static bool TryReadDeliveredFrom(ReadOnlySpan<byte> properties, out long physicalOffset) =>
        TryReadNumber(properties, PropertyNames.TimerFrom, out physicalOffset);

    /// <summary>
    /// Whether a message that a client sends carries a property by which this broker keeps its books. Such a property
    /// has to be taken off with <see cref="WithoutBrokerProperties"/>: an application that forwards what it received
    /// would else make a recovering broker believe that some other message was delivered. Allocates nothing.
    /// </summary>
    public static bool HasBrokerProperties(ReadOnlySpan<byte> properties)
    {
        foreach (PropertyPair pair in PropertyBlock.Enumerate(properties))
        {
            bool isCandidate = pair.Name[0] is (byte)'T' or (byte)'R' or (byte)'P' or (byte)'D';
            if (isCandidate && IsBrokerProperty(pair.Name))
                return true;
        }

        return false;
    }

    /// <summary>The properties without those by which this broker keeps its books.</summary>
    public static byte[] WithoutBrokerProperties(ReadOnlySpan<byte> properties) => new PropertyEditor()
        .Remove(PropertyNames.TimerFrom)
        .Remove(PropertyNames.TimerFirst)
        .Remove(PropertyNames.TimerOutMilliseconds)
        .Remove(PropertyNames.RealTopic)
        .Remove(PropertyNames.RealQueueId)
        .Remove(PropertyNames.TransactionFrom)
        .Remove(PropertyNames.TransactionOperation)
        .Remove(PropertyNames.PopFrom)
        .Remove(PropertyNames.DeadLetterFrom)
        .Remove(PropertyNames.RecordChecksum)
        .ApplyTo(properties);

    internal static PropertyEditor WithoutDelay(PropertyEditor editor) => editor
        .Remove(PropertyNames.RealTopic)
        .Remove(PropertyNames.RealQueueId)
        .Remove(PropertyNames.DelayLevel)
        .Remove(PropertyNames.TimerDelaySeconds)
        .Remove(PropertyNames.TimerDelayMilliseconds)
        .Remove(PropertyNames.TimerDeliverMilliseconds)
        .Remove(PropertyNames.TimerOutMilliseconds)
        .Remove(PropertyNames.TimerFrom)
        .Remove(PropertyNames.TimerFirst)
        .Remove(PropertyNames.PopFrom);

    private static bool IsBrokerProperty(ReadOnlySpan<byte> name) => name.SequenceEqual(PropertyNames.TimerFrom)
        || name.SequenceEqual(PropertyNames.TimerFirst)
        || name.SequenceEqual(PropertyNames.TimerOutMilliseconds)
        || name.SequenceEqual(PropertyNames.RealTopic)
        || name.SequenceEqual(PropertyNames.RealQueueId)
        || name.SequenceEqual(PropertyNames.TransactionFrom)
        || name.SequenceEqual(PropertyNames.TransactionOperation)
        || name.SequenceEqual(PropertyNames.PopFrom)
        || name.SequenceEqual(PropertyNames.DeadLetterFrom);

    private static bool TryReadNumber(ReadOnlySpan<byte> properties, ReadOnlySpan<byte> name, out long number)
    {
        number = 0;
        return PropertyBlock.TryGet(properties, name, out ReadOnlySpan<byte> text)
            && Utf8Parser.TryParse(text, out number, out int consumed)
            && consumed == text.Length
            && number >= 0;
    }
}

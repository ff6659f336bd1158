using OrleansMq.Messages.Identity;

namespace OrleansMq.Messages.Records;

/// <summary>
/// A message on its way into a log: all that a record holds but its place and time. The spans are borrowed until the
/// append returns.
/// </summary>
public readonly ref struct MessageDraft
{
    /// <summary>The topic in UTF-8, 1 to <see cref="RecordLayout.MaxTopicBytes"/> bytes.</summary>
    public required ReadOnlySpan<byte> Topic { get; init; }

    /// <summary>The queue within the topic.</summary>
    public required int QueueId { get; init; }

    /// <summary>The body; may be empty.</summary>
    public required ReadOnlySpan<byte> Body { get; init; }

    /// <summary>The encoded <see cref="Properties.PropertyBlock"/>, without a whole-record checksum.</summary>
    public ReadOnlySpan<byte> Properties { get; init; }

    /// <summary>The application's own number; the broker never reads it.</summary>
    public int Flag { get; init; }

    /// <summary>The system flags; those that tell the size of the hosts are set by the encoder.</summary>
    public SystemFlags SystemFlags { get; init; }

    /// <summary>When the producer made the message, Unix milliseconds by the producer's clock.</summary>
    public long BornTimestamp { get; init; }

    /// <summary>The producer's address.</summary>
    public HostAddress BornHost { get; init; }

    /// <summary>The broker's advertised address.</summary>
    public HostAddress StoreHost { get; init; }

    /// <summary>How often the message was consumed without success before.</summary>
    public int ReconsumeTimes { get; init; }

    /// <summary>Where the half message stands that this one commits; 0 outside transactions.</summary>
    public long PreparedTransactionOffset { get; init; }

    /// <summary>The same message with other properties.</summary>
    public MessageDraft With(ReadOnlySpan<byte> properties) => For(Topic, QueueId, properties);

    /// <summary>The same message with another body.</summary>
    public MessageDraft WithBody(ReadOnlySpan<byte> body) => new()
    {
        Topic = Topic,
        QueueId = QueueId,
        Body = body,
        Properties = Properties,
        Flag = Flag,
        SystemFlags = SystemFlags,
        BornTimestamp = BornTimestamp,
        BornHost = BornHost,
        StoreHost = StoreHost,
        ReconsumeTimes = ReconsumeTimes,
        PreparedTransactionOffset = PreparedTransactionOffset,
    };

    /// <summary>The same message for another queue, with other properties.</summary>
    public MessageDraft For(ReadOnlySpan<byte> topic, int queueId, ReadOnlySpan<byte> properties) => new()
    {
        Topic = topic,
        QueueId = queueId,
        Body = Body,
        Properties = properties,
        Flag = Flag,
        SystemFlags = SystemFlags,
        BornTimestamp = BornTimestamp,
        BornHost = BornHost,
        StoreHost = StoreHost,
        ReconsumeTimes = ReconsumeTimes,
        PreparedTransactionOffset = PreparedTransactionOffset,
    };

    /// <summary>The same message with other system flags, made from another half message.</summary>
    public MessageDraft With(SystemFlags flags, long preparedTransactionOffset) => new()
    {
        Topic = Topic,
        QueueId = QueueId,
        Body = Body,
        Properties = Properties,
        Flag = Flag,
        SystemFlags = flags,
        BornTimestamp = BornTimestamp,
        BornHost = BornHost,
        StoreHost = StoreHost,
        ReconsumeTimes = ReconsumeTimes,
        PreparedTransactionOffset = preparedTransactionOffset,
    };

    /// <summary>A copy of a stored message for another queue, with other properties.</summary>
    public static MessageDraft CopyOf(
        RecordView record, ReadOnlySpan<byte> topic, int queueId, ReadOnlySpan<byte> properties, HostAddress storeHost,
        int reconsumeTimes) => new()
        {
            Topic = topic,
            QueueId = queueId,
            Body = record.Body,
            Properties = properties,
            Flag = record.Flag,
            SystemFlags = record.SystemFlags,
            BornTimestamp = record.BornTimestamp,
            BornHost = record.BornHost,
            StoreHost = storeHost,
            ReconsumeTimes = reconsumeTimes,
        };
}

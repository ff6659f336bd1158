using System.Text;
using OrleansMq.Broker.Delays;
using OrleansMq.Messages.Identity;
using OrleansMq.Messages.Properties;
using OrleansMq.Messages.Records;
using OrleansMq.Storage;
using OrleansMq.Storage.CommitLogs;

namespace OrleansMq.Broker.Tracing;

/// <summary>What tracing needs of a record, copied out of the log.</summary>
internal sealed class StoredMessage
{
    private StoredMessage(RecordView record)
    {
        ReadOnlySpan<byte> properties = record.Properties;
        MessageId = new OffsetMessageId(record.StoreHost, record.PhysicalOffset).ToString();
        Topic = Encoding.UTF8.GetString(record.Topic);
        QueueId = record.QueueId;
        QueueOffset = record.QueueOffset;
        PhysicalOffset = record.PhysicalOffset;
        StoreTimestamp = record.StoreTimestamp;
        BornTimestamp = record.BornTimestamp;
        BornHost = record.BornHost.ToString();
        ReconsumeTimes = record.ReconsumeTimes;
        BodyBytes = record.Body.Length;
        UniqueKey = Text(properties, PropertyNames.UniqueKey);
        Keys = Text(properties, PropertyNames.Keys);
        Tags = Text(properties, PropertyNames.Tags);
        OriginMessageId = Text(properties, PropertyNames.OriginMessageId);
        RealTopic = Text(properties, PropertyNames.RealTopic);
        DeadLetterFrom = Number(properties, PropertyNames.DeadLetterFrom);
        if (ParkedMessage.TryRead(properties, out ParkedMessage parked))
            DueTimestamp = parked.DueMilliseconds;
        RealQueueId = (int)(Number(properties, PropertyNames.RealQueueId) ?? 0);
    }

    public string MessageId { get; }

    public string Topic { get; }

    public int QueueId { get; }

    public long QueueOffset { get; }

    public long PhysicalOffset { get; }

    public long StoreTimestamp { get; }

    public long BornTimestamp { get; }

    public string BornHost { get; }

    public int ReconsumeTimes { get; }

    public int BodyBytes { get; }

    public string? UniqueKey { get; }

    public string? Keys { get; }

    public string? Tags { get; }

    public string? OriginMessageId { get; }

    /// <summary>For a message that waits, the topic that it is for.</summary>
    public string? RealTopic { get; }

    public int RealQueueId { get; }

    /// <summary>For a message that waits for its time, when it is due.</summary>
    public long? DueTimestamp { get; }

    /// <summary>The dead letter that it was made from.</summary>
    public long? DeadLetterFrom { get; }

    /// <summary>By what its copies are found: the producer's identifier, or else its first key.</summary>
    public string? IndexKey => UniqueKey ?? Keys?.Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();

    /// <summary>Where it stands.</summary>
    public (string Topic, int QueueId, long Offset) Place => (Topic, QueueId, QueueOffset);

    /// <summary>The identifier that all its copies name.</summary>
    public string Origin => OriginMessageId ?? MessageId;

    /// <summary>Reads a record; null when there is no valid one that consumers may see.</summary>
    public static StoredMessage? TryRead(MessageStore store, long physicalOffset)
    {
        if (physicalOffset < 0 || physicalOffset >= store.Log.ConfirmedUntil
            || !store.Log.TryRead(physicalOffset, out RecordLease lease))
        {
            return null;
        }

        using (lease)
        {
            bool isRecord = RecordView.TryRead(lease.Bytes, out RecordView record) == RecordDefect.None
                && record.Verify(physicalOffset, store.Options.RequireRecordChecksums) == RecordDefect.None;
            return isRecord ? new StoredMessage(record) : null;
        }
    }

    private static string? Text(ReadOnlySpan<byte> properties, ReadOnlySpan<byte> name) =>
        PropertyBlock.TryGet(properties, name, out ReadOnlySpan<byte> text) && !text.IsEmpty
            ? Encoding.UTF8.GetString(text)
            : null;

    private static long? Number(ReadOnlySpan<byte> properties, ReadOnlySpan<byte> name) =>
        PropertyBlock.TryGet(properties, name, out ReadOnlySpan<byte> text)
        && System.Buffers.Text.Utf8Parser.TryParse(text, out long number, out int used) && used == text.Length
            ? number
            : null;
}

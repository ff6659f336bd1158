using System.Text;
using OrleansMq.Broker.Topics;
using OrleansMq.Messages.Identity;
using OrleansMq.Messages.Properties;
using OrleansMq.Messages.Records;
using OrleansMq.Protocol.Remoting;
using OrleansMq.Storage;
using OrleansMq.Storage.CommitLogs;
using OrleansMq.Storage.ConsumeQueues;

namespace OrleansMq.Broker.Queries;

/// <summary>Looks messages up without consuming them. Thread-safe.</summary>
public sealed class MessageQueries
{
    private readonly MessageStore _store;
    private readonly TopicCatalog _topics;
    private readonly BrokerOptions _options;

    internal MessageQueries(MessageStore store, TopicCatalog topics, BrokerOptions options)
    {
        _store = store;
        _topics = topics;
        _options = options;
    }

    /// <summary>The queue of a topic; null with the problem when there is none.</summary>
    public ConsumeQueue? FindQueue(string topic, int queueId, out string? problem)
    {
        TopicHandle? handle = _topics.Find(topic);
        int queues = handle is null ? 0 : Math.Max(handle.Config.ReadQueues, handle.Config.WriteQueues);
        problem = handle is null ? $"The topic '{topic}' does not exist on this broker."
            : queueId < 0 || queueId >= queues ? $"The topic '{topic}' has the queues 0 to {queues - 1}, not {queueId}."
            : null;
        return problem is null ? handle!.Queue(queueId) : null;
    }

    /// <summary>Copies the message at a position of the log; false when there is none.</summary>
    public bool TryView(long physicalOffset, OutputBuffer output)
    {
        int before = output.Length;
        bool isThere = _store.Reader.TryReadAt(physicalOffset, output) && !IsCutOff(output.WrittenSpan[before..]);
        if (!isThere)
            output.Truncate(before);
        return isThere;
    }

    /// <summary>
    /// Copies the message with an identifier: the one that a broker gave or, within a topic, the one that its producer
    /// gave; false when it is not here.
    /// </summary>
    public bool TryFind(string messageId, string? topic, OutputBuffer output)
    {
        // Identifiers of producers may look like those of brokers, so that the record must say that it has this one.
        if (OffsetMessageId.TryParse(messageId, out OffsetMessageId id) && TryView(id.PhysicalOffset, output))
        {
            if (RecordView.TryRead(output.WrittenSpan, out RecordView record) == RecordDefect.None
                && record.StoreHost == id.Broker)
            {
                return true;
            }

            output.Clear();
        }

        if (string.IsNullOrEmpty(topic))
            return false;

        // Its sender may have been answered before the message was indexed.
        _store.Dispatcher.CatchUp();
        return FindByKey(topic, messageId, 1, 0, long.MaxValue, output) == 1;
    }

    /// <summary>
    /// When the first message of a queue that is still kept was stored, Unix milliseconds; −1 without one.
    /// </summary>
    public long EarliestStoreTime(ConsumeQueue queue) =>
        StoreTimeOf(queue, queue.GetMinOffset()) is > 0 and var time ? time : -1;

    /// <summary>When a message was stored, Unix milliseconds; 0 when it is not there.</summary>
    public long StoreTimeOf(ConsumeQueue queue, long offset)
    {
        Span<ConsumeQueueEntry> entry = stackalloc ConsumeQueueEntry[1];
        if (offset < 0 || queue.Read(offset, entry) == 0)
            return 0;
        if (!_store.Log.TryRead(entry[0].PhysicalOffset, out RecordLease lease))
            return 0;

        using (lease)
        {
            RecordDefect defect = RecordView.TryRead(lease.Bytes, out RecordView record);
            return defect == RecordDefect.None ? record.StoreTimestamp : 0;
        }
    }

    /// <summary>Copies the messages that carry a key, newest first, and returns how many there were.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="key">One of the message's keys, or its producer's identifier.</param>
    /// <param name="maxCount">The most to return.</param>
    /// <param name="beginTimestamp">Stored at or after this Unix time in milliseconds.</param>
    /// <param name="endTimestamp">Stored at or before this one.</param>
    /// <param name="output">Takes the records, back to back.</param>
    public int FindByKey(
        string topic, string key, int maxCount, long beginTimestamp, long endTimestamp, OutputBuffer output)
    {
        byte[] topicBytes = Encoding.UTF8.GetBytes(topic);
        byte[] keyBytes = Encoding.UTF8.GetBytes(key);
        maxCount = Math.Clamp(maxCount, 1, _options.MaxQueryMessages);
        int count = 0;

        // Other keys with the same hash are found too, so more than wanted are looked at. A message whose identifier is
        // one of its keys, or that repeats a key, is found more than once.
        IReadOnlyList<long> found = _store.Index.Find(topicBytes, keyBytes, beginTimestamp, endTimestamp, maxCount * 4);
        foreach (long position in found.Distinct())
        {
            int before = output.Length;
            bool isMatch = count < maxCount && _store.Reader.TryReadAt(position, output)
                && HasKey(output.WrittenSpan[before..], topicBytes, keyBytes)
                && !IsCutOff(output.WrittenSpan[before..]);
            if (isMatch)
                count++;
            else
                output.Truncate(before);
        }

        return count;
    }

    /// <summary>Whether a record is in the log still, but no longer in its queue.</summary>
    private bool IsCutOff(ReadOnlySpan<byte> bytes) =>
        RecordView.TryRead(bytes, out RecordView record) == RecordDefect.None
        && record.QueueOffset < _store.Queues.Get(record.Topic, record.QueueId).Floor;

    private static bool HasKey(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> topic, ReadOnlySpan<byte> key)
    {
        if (RecordView.TryRead(bytes, out RecordView record) != RecordDefect.None || !record.Topic.SequenceEqual(topic))
            return false;
        if (record.TryGetProperty(PropertyNames.UniqueKey, out ReadOnlySpan<byte> unique) && unique.SequenceEqual(key))
            return true;
        if (!record.TryGetProperty(PropertyNames.Keys, out ReadOnlySpan<byte> keys))
            return false;

        foreach (Range part in keys.Split((byte)' '))
        {
            if (keys[part].SequenceEqual(key))
                return true;
        }

        return false;
    }
}

using System.Text;
using OrleansMq.Broker.Topics;
using OrleansMq.Messages.Identity;
using OrleansMq.Messages.Properties;
using OrleansMq.Messages.Records;
using OrleansMq.Protocol.Remoting;
using OrleansMq.Protocol.Requests;
using OrleansMq.Storage;
using OrleansMq.Storage.CommitLogs;
using OrleansMq.Storage.ConsumeQueues;

namespace OrleansMq.Broker.Queries;

/// <summary>Looks messages up without consuming them. Thread-safe.</summary>
public sealed class MessageQueries
{
    /// <summary>How many entries of the index are looked at for each message that is wanted, at first.</summary>
    private const int CandidatesPerMessage = 4;

    /// <summary>How many at most, give or take, however many share a hash.</summary>
    private const int MaxCandidates = 65_536;

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
        return PositionsOf(topic, messageId, 1) is [long position] && _store.Reader.TryReadAt(position, output);
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

    /// <summary>Copies the messages that a request asks for, newest first, and returns how many there were.</summary>
    /// <param name="request">The key, or the producer's identifier alone, and when the messages were stored.</param>
    /// <param name="output">Takes the records, back to back.</param>
    public int FindByKey(QueryMessageRequest request, OutputBuffer output)
    {
        // RocketMQ's brokers, too, overrule the number that is asked for with such a query.
        int maxCount = request.IsUniqueKeyQuery
            ? _options.MaxQueryMessages
            : Math.Clamp(request.MaxCount, 1, _options.MaxQueryMessages);
        int count = 0;
        foreach (long position in Find(request, maxCount))
        {
            if (_store.Reader.TryReadAt(position, output))
                count++;
        }

        return count;
    }

    /// <summary>The positions of the newest messages of a topic that carry a key or identifier.</summary>
    internal IReadOnlyList<long> PositionsOf(string topic, string key, int maxCount) =>
        Find(new QueryMessageRequest(topic, key, maxCount, 0, long.MaxValue, IsUniqueKeyQuery: false), maxCount);

    /// <summary>
    /// Other keys with the same hash are found too, and messages that were stored within the same second but not in
    /// time. A message whose identifier is one of its keys, or that repeats a key, is found more than once. So more are
    /// looked at than are wanted, and more again until there are enough.
    /// </summary>
    private List<long> Find(QueryMessageRequest request, int maxCount)
    {
        byte[] topic = Encoding.UTF8.GetBytes(request.Topic);
        byte[] key = Encoding.UTF8.GetBytes(request.Key);
        var matching = new List<long>();
        var seen = new HashSet<long>();
        for (int most = maxCount * CandidatesPerMessage; ; most *= CandidatesPerMessage)
        {
            IReadOnlyList<long> found = _store.Index.Find(
                topic, key, request.BeginTimestamp, request.EndTimestamp, most);
            foreach (long position in found)
            {
                if (matching.Count < maxCount && seen.Add(position) && IsMatch(position, request, topic, key))
                    matching.Add(position);
            }

            if (matching.Count == maxCount || found.Count < most || most >= MaxCandidates)
                return matching;
        }
    }

    private bool IsMatch(long position, QueryMessageRequest request, byte[] topic, byte[] key)
    {
        if (!_store.Log.TryRead(position, out RecordLease lease))
            return false;

        using (lease)
        {
            return RecordView.TryRead(lease.Bytes, out RecordView record) == RecordDefect.None
                && record.StoreTimestamp >= request.BeginTimestamp && record.StoreTimestamp <= request.EndTimestamp
                && record.Topic.SequenceEqual(topic) && !IsCutOff(record)
                && (HasUniqueKey(record, key) || (!request.IsUniqueKeyQuery && HasKey(record, key)));
        }
    }

    private bool IsCutOff(ReadOnlySpan<byte> bytes) =>
        RecordView.TryRead(bytes, out RecordView record) == RecordDefect.None && IsCutOff(record);

    /// <summary>Whether a record is in the log still, but no longer in its queue.</summary>
    private bool IsCutOff(RecordView record) =>
        record.QueueOffset < _store.Queues.Get(record.Topic, record.QueueId).Floor;

    private static bool HasUniqueKey(RecordView record, ReadOnlySpan<byte> key) =>
        record.TryGetProperty(PropertyNames.UniqueKey, out ReadOnlySpan<byte> unique) && unique.SequenceEqual(key);

    private static bool HasKey(RecordView record, ReadOnlySpan<byte> key)
    {
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

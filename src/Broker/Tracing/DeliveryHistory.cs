using OrleansMq.Broker.Topics;
using OrleansMq.Messages.Records;
using OrleansMq.Storage;
using OrleansMq.Storage.CommitLogs;
using OrleansMq.Storage.ConsumeQueues;

namespace OrleansMq.Broker.Tracing;

/// <summary>Reads the journal: what happened to some messages. Not thread-safe.</summary>
internal sealed class DeliveryHistory
{
    /// <summary>The most that is told of one message; what came first stays.</summary>
    private const int MaxRangesPerMessage = 256;

    private readonly Dictionary<(string Topic, int QueueId, long Offset), List<DeliveryRange>> _found = [];
    private readonly ILookup<(string Topic, int QueueId), long> _wanted;

    private DeliveryHistory(IEnumerable<(string Topic, int QueueId, long Offset)> messages) =>
        _wanted = messages.ToLookup(message => (message.Topic, message.QueueId), message => message.Offset);

    /// <summary>Up to when the journal was read, Unix milliseconds; null when all of it was.</summary>
    public long? StoppedAtMilliseconds { get; private set; }

    /// <summary>Reads what the journal says of messages from a time on, and what is not written yet.</summary>
    /// <param name="messages">The messages.</param>
    /// <param name="fromMilliseconds">When the oldest was stored, Unix milliseconds.</param>
    /// <param name="store">The store.</param>
    /// <param name="pending">What is not written yet.</param>
    /// <param name="maxRecords">The most records to read.</param>
    public static DeliveryHistory Read(
        IEnumerable<(string Topic, int QueueId, long Offset)> messages, long fromMilliseconds, MessageStore store,
        IEnumerable<DeliveryRange> pending, int maxRecords)
    {
        var history = new DeliveryHistory(messages);
        ConsumeQueue queue = store.Queues.Get(System.Text.Encoding.ASCII.GetBytes(SystemTopics.Deliveries), 0);
        long offset = Math.Max(queue.FindByTime(fromMilliseconds), queue.GetMinOffset());
        Span<ConsumeQueueEntry> entry = stackalloc ConsumeQueueEntry[1];
        int records = 0;
        for (; records < maxRecords && queue.Read(offset, entry) > 0; offset++, records++)
        {
            if (!entry[0].IsBlank)
                history.StoppedAtMilliseconds = history.Add(store, entry[0].PhysicalOffset);
        }

        if (records < maxRecords)
            history.StoppedAtMilliseconds = null;
        foreach (DeliveryRange range in pending)
            history.Add(range);
        return history;
    }

    /// <summary>What happened to a message, in the order in which it was noted.</summary>
    public IReadOnlyList<DeliveryRange> Of((string Topic, int QueueId, long Offset) message) =>
        _found.GetValueOrDefault(message) ?? [];

    private long? Add(MessageStore store, long position)
    {
        if (!store.Log.TryRead(position, out RecordLease lease))
            return StoppedAtMilliseconds;

        using (lease)
        {
            var ranges = new List<DeliveryRange>();
            if (RecordView.TryRead(lease.Bytes, out RecordView record) != RecordDefect.None
                || !DeliveryRecord.TryDecode(record.Body, ranges))
            {
                return StoppedAtMilliseconds;
            }

            foreach (DeliveryRange range in ranges)
                Add(range);
            return record.StoreTimestamp;
        }
    }

    private void Add(DeliveryRange range)
    {
        foreach (long offset in _wanted[(range.Topic, range.QueueId)].Where(range.Covers))
        {
            (string, int, long) key = (range.Topic, range.QueueId, offset);
            if (!_found.TryGetValue(key, out List<DeliveryRange>? ranges))
                _found.Add(key, ranges = []);

            // A later commit covers all earlier messages once more.
            bool isKnown = range.Kind == DeliveryKind.Acknowledged
                && ranges.Exists(known => known.Kind == range.Kind && known.Group == range.Group);
            if (!isKnown && ranges.Count < MaxRangesPerMessage)
                ranges.Add(range);
        }
    }
}

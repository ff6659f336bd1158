using OrleansMq.Broker.Nodes;
using OrleansMq.Broker.Topics;
using OrleansMq.Messages.Topics;
using OrleansMq.Storage.ConsumeQueues;

namespace OrleansMq.Broker.Tracing;

/// <summary>
/// Finds what was made of a message because it failed: by the key that its copies share with it, or without one among
/// the first messages behind it in the topic where they must be.
/// </summary>
internal sealed class MessageCopies(BrokerNode node, StoredMessage message)
{
    private const int MaxCopies = 64;
    private const int MaxScanned = 1_000;

    /// <summary>The copies for a group's retry topic that wait for their time, or are there; in their order.</summary>
    public List<(StoredMessage Copy, bool IsWaiting)> Retries(string group)
    {
        string topic = TopicNames.RetryOf(group);
        IEnumerable<(StoredMessage Copy, bool IsWaiting)> waiting =
            from copy in InTopic(TopicNames.Schedule)
            where copy.RealTopic == topic && node.Delayed.IsWaiting(copy.PhysicalOffset)
            select (copy, true);
        return
        [
            .. InTopic(topic).Select(copy => (copy, false)).Concat(waiting).OrderBy(pair => pair.Item1.PhysicalOffset),
        ];
    }

    /// <summary>The dead letters that the group made of it, in their order.</summary>
    public List<StoredMessage> DeadLetters(string group) =>
        [.. InTopic(TopicNames.DeadLetterOf(group)).OrderBy(copy => copy.PhysicalOffset)];

    private IEnumerable<StoredMessage> InTopic(string topic) =>
        from position in PositionsIn(topic)
        let copy = StoredMessage.TryRead(node.Store, position)
        where copy is not null && copy.PhysicalOffset > message.PhysicalOffset
            && copy.OriginMessageId == message.Origin
        select copy;

    private IEnumerable<long> PositionsIn(string topic)
    {
        if (message.IndexKey is { } key)
            return node.Queries.PositionsOf(topic, key, MaxCopies);
        return topic == TopicNames.Schedule || node.Topics.Find(topic) is not { } handle
            ? []
            : Enumerable.Range(0, handle.Config.ReadQueues).SelectMany(queueId => Scan(handle, queueId));
    }

    private List<long> Scan(TopicHandle topic, int queueId)
    {
        ConsumeQueue queue = topic.Queue(queueId);
        long offset = Math.Max(queue.FindByTime(message.StoreTimestamp), queue.GetMinOffset());
        var positions = new List<long>();
        Span<ConsumeQueueEntry> entry = stackalloc ConsumeQueueEntry[1];
        for (int scanned = 0; scanned < MaxScanned && queue.Read(offset, entry) > 0; scanned++, offset++)
        {
            if (!entry[0].IsBlank)
                positions.Add(entry[0].PhysicalOffset);
        }

        return positions;
    }
}

using Microsoft.Extensions.Logging;
using OrleansMq.Broker.Clustering;
using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Broker.Diagnostics;
using OrleansMq.Broker.Topics;
using OrleansMq.Storage;
using OrleansMq.Storage.ConsumeQueues;
using OrleansMq.Storage.Retention;

namespace OrleansMq.Broker.Retention;

/// <summary>
/// Tells the store how long each topic is kept, and operators what goes before it was consumed. Thread-safe.
/// </summary>
internal sealed class TopicRules(
    TopicCatalog topics, GroupCatalog groups, MessageStore store, TimeProvider time, ILogger logger) : IRetentionRules
{
    private long _unreadDeleted;

    /// <summary>Messages deleted since the start of which some group was not done, counted for each group.</summary>
    public long UnreadDeleted => Interlocked.Read(ref _unreadDeleted);

    /// <inheritdoc/>
    public IReadOnlyList<TopicRetention> Topics =>
    [
        .. from topic in topics.Topics
           where !topics.IsSystem(topic.Name)
           let retention = Of(topic)
           where retention.Time is not null || retention.Bytes is not null
           select retention,
    ];

    /// <summary>How long a topic is kept.</summary>
    public TimeSpan TimeOf(TopicConfig topic) => Of(topic).Time ?? store.Options.Retention;

    /// <inheritdoc/>
    public void BeforeDelete(IReadOnlyList<QueueCut> cuts)
    {
        foreach (IGrouping<string, QueueCut> ofReason in cuts.GroupBy(cut => cut.Reason))
        {
            Dictionary<(string, int), long> staysFrom =
                ofReason.ToDictionary(cut => (cut.Topic, cut.QueueId), cut => cut.MinOffset);
            Report(ofReason.Key, (queue, _) => staysFrom.GetValueOrDefault((queue.Topic, queue.QueueId)));
        }
    }

    /// <inheritdoc/>
    public void BeforeDelete(long end, string reason) => Report(reason, (queue, next) =>
    {
        Span<ConsumeQueueEntry> entry = stackalloc ConsumeQueueEntry[1];
        return queue.Read(next, entry) == 1 && entry[0].PhysicalOffset < end ? queue.FindByPosition(end) : 0;
    });

    /// <summary>Every queue of which a group has consumed something, unless it has consumed all.</summary>
    public IEnumerable<(GroupHandle Group, TopicHandle Topic, ConsumeQueue Queue, long Next)> Unfinished()
    {
        foreach (GroupHandle group in groups.Groups)
        {
            foreach (QueueProgress progress in group.ReadOffsets(offsets => offsets.All))
            {
                TopicHandle? topic = topics.Find(progress.Topic);
                if (topic is null || progress.QueueId >= topic.Config.ReadQueues)
                    continue;

                ConsumeQueue queue = topic.Queue(progress.QueueId);
                long next = Math.Max(progress.Offset, queue.GetMinOffset());
                if (next < queue.MaxOffset)
                    yield return (group, topic, queue, next);
            }
        }
    }

    private static TopicRetention Of(TopicConfig topic) => new(
        topic.Name, TopicAttributes.ReadRetention(topic.Attributes),
        TopicAttributes.ReadRetentionBytes(topic.Attributes));

    private void Report(string reason, Func<ConsumeQueue, long, long> staysFrom)
    {
        long now = time.GetUtcNow().ToUnixTimeMilliseconds();
        foreach (UnreadMessages unread in UnreadMessages.Of(Unfinished().Select(queue => new QueueAtRisk(
            queue.Group.Name, queue.Topic.Name, queue.Next, queue.Next, staysFrom(queue.Queue, queue.Next), now))))
        {
            Interlocked.Add(ref _unreadDeleted, unread.Count);
            logger.UnreadDeleted(unread.Count, unread.Topic, unread.Group, reason);
        }
    }
}

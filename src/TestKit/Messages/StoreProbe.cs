using System.Globalization;
using System.Text;
using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Broker.Nodes;
using OrleansMq.Broker.Topics;
using OrleansMq.Messages.Records;
using OrleansMq.Protocol.Remoting;
using OrleansMq.Storage.ConsumeQueues;

namespace OrleansMq.TestKit.Messages;

/// <summary>Looks into a broker's store, past its protocol and whatever faults it is told to have.</summary>
internal sealed class StoreProbe(BrokerNode node)
{
    private const int EntriesAtOnce = 256;

    /// <summary>All messages of a topic that can be read, in the order in which they were stored.</summary>
    public List<StoredMessage> MessagesOf(string topic)
    {
        var messages = new List<StoredMessage>();
        if (node.Topics.Find(topic) is not { } handle)
            return messages;

        using var record = new OutputBuffer();
        var entries = new ConsumeQueueEntry[EntriesAtOnce];
        foreach (ConsumeQueue queue in QueuesOf(handle))
        {
            long offset = queue.GetMinOffset();
            for (int count; (count = queue.Read(offset, entries)) > 0; offset += count)
            {
                foreach (ConsumeQueueEntry entry in entries.AsSpan(0, count))
                {
                    record.Clear();
                    if (node.Queries.TryView(entry.PhysicalOffset, record)
                        && RecordView.TryRead(record.WrittenSpan, out RecordView view) == RecordDefect.None)
                        messages.Add(StoredMessage.Of(view));
                }
            }
        }

        messages.Sort(static (one, other) => one.Position.CompareTo(other.Position));
        return messages;
    }

    /// <summary>
    /// How many messages a group has not committed yet; null for a group that the broker does not know.
    /// </summary>
    public long? LagOf(string group, string? topic)
    {
        if (node.Groups.Find(group) is not { } handle)
            return null;
        string[] topics = topic is null ? TopicsOf(handle) : [topic];
        return (from name in topics
                let found = node.Topics.Find(name)
                where found is not null
                from queue in QueuesOf(found)
                select queue.MaxOffset
                    - Math.Max(handle.QueryOffset(name, queue.QueueId) ?? 0, queue.GetMinOffset())).Sum();
    }

    /// <summary>What a failed wait shows.</summary>
    public string Describe()
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"The broker's time is {node.Time.GetUtcNow():O}.");
        foreach (TopicConfig topic in node.Topics.Topics.OrderBy(topic => topic.Name, StringComparer.Ordinal))
        {
            string[] queues = [.. QueuesOf(node.Topics.Find(topic.Name)!).Where(queue => queue.MaxOffset > 0).Select(
                queue => $"queue {queue.QueueId}: {queue.GetMinOffset()} to {queue.MaxOffset}")];
            if (queues.Length > 0)
                text.AppendLine(CultureInfo.InvariantCulture, $"  topic {topic.Name}: {string.Join(", ", queues)}");
        }

        foreach (GroupHandle group in node.Groups.Groups.OrderBy(group => group.Name, StringComparer.Ordinal))
        {
            if (!SubscriptionGroupRegistry.IsSystem(group.Name))
            {
                string topics = string.Join(", ", TopicsOf(group));
                text.AppendLine(
                    CultureInfo.InvariantCulture,
                    $"  group {group.Name} of {topics}: {LagOf(group.Name, null)} behind");
            }
        }

        text.Append(CultureInfo.InvariantCulture, $"  {node.Delayed.Count} messages wait for their time");
        return text.ToString();
    }

    /// <summary>While members are online the topics that they subscribe to, and those of which it committed.</summary>
    private static string[] TopicsOf(GroupHandle group) =>
    [
        .. group.Read(state => state.Subscriptions.Select(one => one.Topic).ToArray())
            .Union(group.ReadOffsets(offsets => offsets.Topics.ToArray())).Order(StringComparer.Ordinal),
    ];

    private static IEnumerable<ConsumeQueue> QueuesOf(TopicHandle topic) =>
        Enumerable.Range(0, topic.Config.ReadQueues).Select(topic.Queue);
}

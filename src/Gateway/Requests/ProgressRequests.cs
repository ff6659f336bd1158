using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Broker.Nodes;
using OrleansMq.Broker.Topics;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Requests;
using OrleansMq.Storage.ConsumeQueues;

namespace OrleansMq.Gateway.Requests;

/// <summary>How far groups have consumed this broker's queues: one group, 208, or all of them, 317.</summary>
internal sealed class ProgressRequests(BrokerNode node)
{
    public void Register(RequestTable table)
    {
        table.Add<ConsumeStatsRequest>(RequestCode.GetConsumeStats, ConsumeStatsRequest.TryRead, GetOfGroup);
        table.Add<BrokerConsumeStatsRequest>(
            RequestCode.GetBrokerConsumeStats, BrokerConsumeStatsRequest.TryRead, GetOfAll);
    }

    private void GetOfGroup(ClientSession session, ConsumeStatsRequest request)
    {
        GroupHandle? group = node.Groups.Find(request.ConsumerGroup);
        if (group is null)
        {
            session.Refuse(
                ResponseCode.SubscriptionGroupNotExist, $"The group '{request.ConsumerGroup}' does not exist.");
            return;
        }

        session.Defer(reply => reply.Answer(ProgressOf(group, request.Topic).WriteTo));
    }

    private void GetOfAll(ClientSession session, BrokerConsumeStatsRequest request) => session.Defer(reply =>
    {
        var list = new ConsumeStatsList { BrokerAddr = node.Identity.AddressText };
        foreach (GroupHandle group in node.Groups.Groups.OrderBy(group => group.Name, StringComparer.Ordinal))
        {
            List<ConsumeStats> topics =
            [
                .. TopicsOf(group).Where(topic => !request.OnlyOrdered || topic.Config.Order)
                    .Select(topic => ProgressOf(group, [topic])),
            ];
            list.Groups.Add(new() { [group.Name] = topics });
            foreach (OffsetWrapper queue in topics.SelectMany(topic => topic.OffsetTable.Values))
            {
                list.TotalDiff += queue.BrokerOffset - queue.ConsumerOffset;
                list.TotalInflightDiff += queue.PullOffset - queue.ConsumerOffset;
            }
        }

        reply.Answer(list.WriteTo);
    });

    private ConsumeStats ProgressOf(GroupHandle group, string? onlyTopic) => ProgressOf(
        group, TopicsOf(group).Where(topic => string.IsNullOrEmpty(onlyTopic) || topic.Name == onlyTopic));

    /// <summary>
    /// The topics that the group consumes: while members are online those they subscribe to, else those of which it
    /// committed offsets.
    /// </summary>
    private IEnumerable<TopicHandle> TopicsOf(GroupHandle group)
    {
        string[] topics = group.Read(state => state.Subscriptions.Select(one => one.Topic).ToArray());
        if (topics.Length == 0)
            topics = group.ReadOffsets(offsets => offsets.Topics.ToArray());
        return topics.Order(StringComparer.Ordinal).Select(node.Topics.Find).OfType<TopicHandle>();
    }

    private ConsumeStats ProgressOf(GroupHandle group, IEnumerable<TopicHandle> topics)
    {
        var stats = new ConsumeStats();
        foreach (TopicHandle topic in topics)
        {
            for (int queueId = 0; queueId < topic.Config.ReadQueues; queueId++)
            {
                var key = new MessageQueueKey(topic.Name, node.Identity.BrokerName, queueId);
                stats.OffsetTable[key] = ProgressOf(group, topic, queueId);
            }

            stats.ConsumeTps += node.Statistics.ConsumedPerSecond(topic.Name, group.Name);
        }

        return stats;
    }

    private OffsetWrapper ProgressOf(GroupHandle group, TopicHandle topic, int queueId)
    {
        ConsumeQueue queue = topic.Queue(queueId);
        long committed = group.QueryOffset(topic.Name, queueId) ?? 0;
        return new OffsetWrapper
        {
            BrokerOffset = queue.MaxOffset,
            ConsumerOffset = committed,
            PullOffset = Math.Max(committed, node.Statistics.GivenUntil(topic.Name, group.Name, queueId)),
            LastTimestamp = node.Queries.StoreTimeOf(queue, committed - 1),
        };
    }
}

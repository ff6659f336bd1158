using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Broker.Nodes;
using OrleansMq.Broker.Topics;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Requests;
using OrleansMq.Storage.ConsumeQueues;
using BrokerGroupConfig = OrleansMq.Broker.ConsumerGroups.SubscriptionGroupConfig;
using SubscriptionGroupConfig = OrleansMq.Protocol.Bodies.SubscriptionGroupConfig;
using SubscriptionGroupTable = OrleansMq.Protocol.Bodies.SubscriptionGroupTable;

namespace OrleansMq.Gateway.Requests;

/// <summary>
/// Consumer groups: created and changed, 200, listed, 201, deleted, 207, their clients, 203, and progress, 208.
/// </summary>
internal sealed class GroupRequests(BrokerNode node)
{
    public void Register(RequestTable table)
    {
        table.AddWithBody<SubscriptionGroupConfig>(
            RequestCode.UpdateAndCreateSubscriptionGroup, SubscriptionGroupConfig.TryRead, Create);
        table.Add(RequestCode.GetAllSubscriptionGroupConfig, List);
        table.Add<DeleteSubscriptionGroupRequest>(
            RequestCode.DeleteSubscriptionGroup, DeleteSubscriptionGroupRequest.TryRead, Delete);
        table.Add<ConsumerConnectionRequest>(
            RequestCode.GetConsumerConnectionList, ConsumerConnectionRequest.TryRead, GetConnections);
        table.Add<ConsumeStatsRequest>(RequestCode.GetConsumeStats, ConsumeStatsRequest.TryRead, GetProgress);
    }

    private void Create(ClientSession session, SubscriptionGroupConfig body)
    {
        BrokerGroupConfig config = BrokerBodies.ToConfig(body);
        session.Defer(async reply =>
        {
            SubscriptionGroupResult result = await node.ControlPlane.PutGroupAsync(config).ConfigureAwait(false);
            reply.AnswerOutcome(result.Problem);
        });
    }

    private void List(ClientSession session)
    {
        var table = new SubscriptionGroupTable
        {
            Groups = node.Groups.Groups.ToDictionary(
                group => group.Name, group => BrokerBodies.Of(group.Config), StringComparer.Ordinal),
            DataVersion = BrokerBodies.Of(node.Groups.Version),
        };
        session.Reply.Answer(table.WriteTo);
    }

    private void Delete(ClientSession session, DeleteSubscriptionGroupRequest request)
    {
        session.Defer(async reply =>
        {
            SubscriptionGroupResult result =
                await node.ControlPlane.DeleteGroupAsync(request.GroupName).ConfigureAwait(false);

            // Operators' tools ask every broker in turn: the first one has done it for all.
            reply.AnswerOutcome(result.Status == SubscriptionGroupStatus.NotFound ? null : result.Problem);
        });
    }

    private void GetConnections(ClientSession session, ConsumerConnectionRequest request)
    {
        ConsumerConnection? connections = node.Groups.Find(request.ConsumerGroup)?.Read(BrokerBodies.Of);
        if (connections is null or { Connections.Count: 0 })
            session.Refuse(ResponseCode.ConsumerNotOnline, $"The group '{request.ConsumerGroup}' is not online.");
        else
            session.Reply.Answer(connections.WriteTo);
    }

    private void GetProgress(ClientSession session, ConsumeStatsRequest request)
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

    private ConsumeStats ProgressOf(GroupHandle group, string? onlyTopic)
    {
        string[] topics = string.IsNullOrEmpty(onlyTopic)
            ? [
                .. group.ReadOffsets(offsets => offsets.Topics.ToArray()).Union(
                    group.Read(state => state.Subscriptions.Select(one => one.Topic).ToArray())),
            ]
            : [onlyTopic];
        var stats = new ConsumeStats();
        foreach (TopicHandle topic in topics.Select(node.Topics.Find).OfType<TopicHandle>())
        {
            for (int queueId = 0; queueId < topic.Config.ReadQueues; queueId++)
            {
                ConsumeQueue queue = topic.Queue(queueId);
                long committed = group.QueryOffset(topic.Name, queueId) ?? 0;
                var key = new MessageQueueKey(topic.Name, node.Identity.BrokerName, queueId);
                stats.OffsetTable[key] = new OffsetWrapper
                {
                    BrokerOffset = queue.MaxOffset,
                    ConsumerOffset = committed,
                    PullOffset = committed,
                    LastTimestamp = node.Queries.StoreTimeOf(queue, committed - 1),
                };
            }
        }

        return stats;
    }
}

using OrleansMq.Broker.Nodes;
using OrleansMq.Broker.Topics;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Requests;
using OrleansMq.Storage.ConsumeQueues;
using BrokerTopicConfig = OrleansMq.Broker.Topics.TopicConfig;

namespace OrleansMq.Gateway.Requests;

/// <summary>Topics created and changed, 17 and 18, deleted, 215 and 216, listed, 21, and measured, 202.</summary>
internal sealed class TopicRequests(BrokerNode node)
{
    public void Register(RequestTable table)
    {
        table.Add<CreateTopicRequest>(RequestCode.UpdateAndCreateTopic, CreateTopicRequest.TryRead, Create);
        table.AddWithBody<TopicConfigList>(
            RequestCode.UpdateAndCreateTopicList, TopicConfigList.TryRead, CreateAll);
        table.Add<DeleteTopicRequest>(RequestCode.DeleteTopicInBroker, DeleteTopicRequest.TryRead, Delete);

        // Where broker and name service are one, the topic is gone from both with the former request.
        table.Add(RequestCode.DeleteTopicInNameServer, session => session.Reply.Answer(ResponseCode.Success));
        table.Add(RequestCode.GetAllTopicConfig, List);
        table.Add<TopicStatsRequest>(RequestCode.GetTopicStatsInfo, TopicStatsRequest.TryRead, GetStats);
    }

    private void Create(ClientSession session, CreateTopicRequest request)
    {
        var topic = new BrokerTopicConfig
        {
            Name = request.Topic,
            ReadQueues = request.ReadQueueCount,
            WriteQueues = request.WriteQueueCount,
            Permissions = (TopicPermissions)request.Permission,
            Order = request.IsOrdered,
            SystemFlag = request.TopicSystemFlag,
            AttributeChanges = request.Attributes ?? "",
        };
        session.Defer(async reply =>
        {
            TopicResult result = await node.ControlPlane.PutTopicAsync(topic).ConfigureAwait(false);
            reply.AnswerOutcome(result.Problem);
        });
    }

    /// <summary>One after the other, up to the first that is refused.</summary>
    private void CreateAll(ClientSession session, TopicConfigList list) => session.Defer(async reply =>
    {
        foreach (BrokerTopicConfig topic in list.Topics.Select(BrokerBodies.ToConfig))
        {
            TopicResult result = await node.ControlPlane.PutTopicAsync(topic).ConfigureAwait(false);
            if (result.Problem is not null)
            {
                reply.AnswerOutcome($"At the topic '{topic.Name}': {result.Problem}");
                return;
            }
        }

        reply.AnswerOutcome(problem: null);
    });

    private void Delete(ClientSession session, DeleteTopicRequest request)
    {
        session.Defer(async reply =>
        {
            TopicResult result = await node.ControlPlane.DeleteTopicAsync(request.Topic).ConfigureAwait(false);

            // Operators' tools ask every broker in turn, and for retry topics that may never have been.
            reply.AnswerOutcome(result.Status == TopicStatus.NotFound ? null : result.Problem);
        });
    }

    private void List(ClientSession session)
    {
        var table = new TopicConfigTable
        {
            Topics = node.Topics.Topics.ToDictionary(topic => topic.Name, BrokerBodies.Of, StringComparer.Ordinal),
            DataVersion = BrokerBodies.Of(node.Topics.Version),
        };
        session.Reply.Answer(table.WriteTo);
    }

    private void GetStats(ClientSession session, TopicStatsRequest request)
    {
        TopicHandle? topic = node.Topics.Find(request.Topic);
        if (topic is null)
        {
            session.Refuse(ResponseCode.TopicNotExist, $"The topic '{request.Topic}' does not exist on this broker.");
            return;
        }

        session.Defer(reply =>
        {
            var stats = new TopicStatsTable();
            int queues = Math.Max(topic.Config.ReadQueues, topic.Config.WriteQueues);
            for (int queueId = 0; queueId < queues; queueId++)
            {
                ConsumeQueue queue = topic.Queue(queueId);
                var key = new MessageQueueKey(topic.Name, node.Identity.BrokerName, queueId);
                stats.OffsetTable[key] = new TopicOffset
                {
                    MinOffset = queue.GetMinOffset(),
                    MaxOffset = queue.MaxOffset,
                    LastUpdateTimestamp = node.Queries.StoreTimeOf(queue, queue.MaxOffset - 1),
                };
            }

            reply.Answer(stats.WriteTo);
        });
    }
}

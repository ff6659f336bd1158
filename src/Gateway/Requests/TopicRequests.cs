using OrleansMq.Broker.Nodes;
using OrleansMq.Broker.Topics;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Requests;
using OrleansMq.Storage.ConsumeQueues;
using BrokerTopicConfig = OrleansMq.Broker.Topics.TopicConfig;

namespace OrleansMq.Gateway.Requests;

/// <summary>Topics created and changed, 17, deleted, 215 and 216, listed, 21, and measured, 202.</summary>
internal sealed class TopicRequests(BrokerNode node)
{
    public static void Register(Dictionary<int, Action<ClientSession>> table, BrokerNode node)
    {
        var requests = new TopicRequests(node);
        table.Add((int)RequestCode.UpdateAndCreateTopic, requests.Create);
        table.Add((int)RequestCode.DeleteTopicInBroker, requests.Delete);

        // Where broker and name service are one, the topic is gone from both with the former request.
        table.Add((int)RequestCode.DeleteTopicInNameServer, session => session.Reply.Answer(ResponseCode.Success));
        table.Add((int)RequestCode.GetAllTopicConfig, requests.List);
        table.Add((int)RequestCode.GetTopicStatsInfo, requests.GetStats);
    }

    private void Create(ClientSession session)
    {
        if (!CreateTopicRequest.TryRead(session.Request, out CreateTopicRequest request, out string? problem))
        {
            session.Refuse(ResponseCode.SystemError, problem);
            return;
        }

        session.Defer(reply =>
        {
            TopicResult result = node.Topics.Put(new BrokerTopicConfig
            {
                Name = request.Topic,
                ReadQueues = request.ReadQueueCount,
                WriteQueues = request.WriteQueueCount,
                Permissions = (TopicPermissions)request.Permission,
                Order = request.IsOrdered,
                SystemFlag = request.TopicSystemFlag,
            });
            reply.Answer(result.Problem is null ? ResponseCode.Success : ResponseCode.SystemError, result.Problem);
        });
    }

    private void Delete(ClientSession session)
    {
        if (!DeleteTopicRequest.TryRead(session.Request, out DeleteTopicRequest request, out string? problem))
        {
            session.Refuse(ResponseCode.SystemError, problem);
            return;
        }

        session.Defer(reply =>
        {
            TopicResult result = node.DeleteTopic(request.Topic);
            reply.Answer(result.Problem is null ? ResponseCode.Success : ResponseCode.SystemError, result.Problem);
        });
    }

    private void List(ClientSession session)
    {
        Broker.Metadata.DataVersion version = node.Topics.Version;
        var table = new TopicConfigTable
        {
            Topics = node.Topics.Topics.ToDictionary(topic => topic.Name, ToBody, StringComparer.Ordinal),
            DataVersion = new DataVersion
            {
                Counter = version.Counter, StateVersion = version.StateVersion, Timestamp = version.Timestamp,
            },
        };
        session.Reply.Answer(table.WriteTo);
    }

    private static Protocol.Bodies.TopicConfig ToBody(BrokerTopicConfig topic) => new()
    {
        TopicName = topic.Name,
        ReadQueueNums = topic.ReadQueues,
        WriteQueueNums = topic.WriteQueues,
        Perm = (int)topic.Permissions,
        TopicSysFlag = topic.SystemFlag,
        Order = topic.Order,
        Attributes = new Dictionary<string, string>(topic.Attributes),
    };

    private void GetStats(ClientSession session)
    {
        if (!TopicStatsRequest.TryRead(session.Request, out TopicStatsRequest request, out string? problem))
        {
            session.Refuse(ResponseCode.SystemError, problem);
            return;
        }

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
                stats.OffsetTable[new MessageQueueKey(topic.Name, node.Identity.BrokerName, queueId)] = new TopicOffset
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

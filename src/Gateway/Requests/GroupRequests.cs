using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Broker.Nodes;
using OrleansMq.Broker.Topics;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Requests;
using OrleansMq.Storage.ConsumeQueues;
using BrokerGroupConfig = OrleansMq.Broker.ConsumerGroups.SubscriptionGroupConfig;

namespace OrleansMq.Gateway.Requests;

/// <summary>Consumer groups created and changed, 200, listed, 201, deleted, 207, their clients, 203, and progress, 208.</summary>
internal sealed class GroupRequests(BrokerNode node)
{
    public static void Register(Dictionary<int, Action<ClientSession>> table, BrokerNode node)
    {
        var requests = new GroupRequests(node);
        table.Add((int)RequestCode.UpdateAndCreateSubscriptionGroup, requests.Create);
        table.Add((int)RequestCode.GetAllSubscriptionGroupConfig, requests.List);
        table.Add((int)RequestCode.DeleteSubscriptionGroup, requests.Delete);
        table.Add((int)RequestCode.GetConsumerConnectionList, requests.GetConnections);
        table.Add((int)RequestCode.GetConsumeStats, requests.GetProgress);
    }

    private void Create(ClientSession session)
    {
        if (!Protocol.Bodies.SubscriptionGroupConfig.TryRead(
            session.Request.Body.Span, out Protocol.Bodies.SubscriptionGroupConfig? body, out string? problem))
        {
            session.Refuse(ResponseCode.SystemError, problem);
            return;
        }

        session.Defer(reply =>
        {
            SubscriptionGroupResult result = node.Groups.Put(new BrokerGroupConfig
            {
                Name = body.GroupName,
                ConsumeEnable = body.ConsumeEnable,
                ConsumeFromMinEnable = body.ConsumeFromMinEnable,
                ConsumeBroadcastEnable = body.ConsumeBroadcastEnable,
                ConsumeMessageOrderly = body.ConsumeMessageOrderly,
                RetryQueues = body.RetryQueueNums,
                RetryMaxTimes = body.RetryMaxTimes,
                BrokerId = body.BrokerId,
                WhichBrokerWhenConsumeSlowly = body.WhichBrokerWhenConsumeSlowly,
                NotifyConsumerIdsChangedEnable = body.NotifyConsumerIdsChangedEnable,
                SystemFlag = body.GroupSysFlag,
                ConsumeTimeoutMinutes = body.ConsumeTimeoutMinute,
                Attributes = body.Attributes,
            });
            reply.Answer(result.Problem is null ? ResponseCode.Success : ResponseCode.SystemError, result.Problem);
        });
    }

    private void List(ClientSession session)
    {
        Broker.Metadata.DataVersion version = node.Groups.Version;
        var table = new Protocol.Bodies.SubscriptionGroupTable
        {
            Groups = node.Groups.Groups.ToDictionary(group => group.Name, group => ToBody(group.Config), StringComparer.Ordinal),
            DataVersion = new DataVersion
            {
                Counter = version.Counter, StateVersion = version.StateVersion, Timestamp = version.Timestamp,
            },
        };
        session.Reply.Answer(table.WriteTo);
    }

    private void Delete(ClientSession session)
    {
        if (!DeleteSubscriptionGroupRequest.TryRead(session.Request, out DeleteSubscriptionGroupRequest request, out string? problem))
        {
            session.Refuse(ResponseCode.SystemError, problem);
            return;
        }

        session.Defer(reply =>
        {
            SubscriptionGroupResult result = node.Groups.Delete(request.GroupName);
            reply.Answer(result.Problem is null ? ResponseCode.Success : ResponseCode.SystemError, result.Problem);
        });
    }

    private void GetConnections(ClientSession session)
    {
        if (!ConsumerConnectionRequest.TryRead(session.Request, out ConsumerConnectionRequest request, out string? problem))
        {
            session.Refuse(ResponseCode.SystemError, problem);
            return;
        }

        ConsumerConnection? connections = node.Groups.Find(request.ConsumerGroup)?.Read(ToConnections);
        if (connections is null or { Connections.Count: 0 })
            session.Refuse(ResponseCode.ConsumerNotOnline, $"The group '{request.ConsumerGroup}' is not online.");
        else
            session.Reply.Answer(connections.WriteTo);
    }

    private static ConsumerConnection ToConnections(ConsumerGroup group) => new()
    {
        Connections = [.. group.Members.Select(member => new ClientConnection
        {
            ClientId = member.ClientId,
            ClientAddress = member.RemoteAddress,
            Language = Enum.TryParse(member.Language, out LanguageCode language) ? language : LanguageCode.Other,
            Version = member.Version,
        })],
        Subscriptions = group.Subscriptions.ToDictionary(
            subscription => subscription.Topic,
            subscription => new SubscriptionData
            {
                Topic = subscription.Topic,
                SubString = subscription.Expression,
                TagsSet = [.. subscription.Tags],
                CodeSet = [.. subscription.Codes.Select(code => (long)code)],
                SubVersion = subscription.Version,
            },
            StringComparer.Ordinal),
        ConsumeType = group.ConsumeType,
        MessageModel = group.MessageModel,
        ConsumeFromWhere = group.ConsumeFromWhere,
    };

    private void GetProgress(ClientSession session)
    {
        if (!ConsumeStatsRequest.TryRead(session.Request, out ConsumeStatsRequest request, out string? problem))
        {
            session.Refuse(ResponseCode.SystemError, problem);
            return;
        }

        GroupHandle? group = node.Groups.Find(request.ConsumerGroup);
        if (group is null)
        {
            session.Refuse(ResponseCode.SubscriptionGroupNotExist, $"The group '{request.ConsumerGroup}' does not exist.");
            return;
        }

        session.Defer(reply => reply.Answer(ProgressOf(group, request.Topic).WriteTo));
    }

    private ConsumeStats ProgressOf(GroupHandle group, string? onlyTopic)
    {
        string[] topics = string.IsNullOrEmpty(onlyTopic)
            ? group.Read(state => state.Offsets.Topics.Union(state.Subscriptions.Select(one => one.Topic)).ToArray())
            : [onlyTopic];
        var stats = new ConsumeStats();
        foreach (TopicHandle topic in topics.Select(node.Topics.Find).OfType<TopicHandle>())
        {
            for (int queueId = 0; queueId < topic.Config.ReadQueues; queueId++)
            {
                ConsumeQueue queue = topic.Queue(queueId);
                long committed = group.QueryOffset(topic.Name, queueId) ?? 0;
                stats.OffsetTable[new MessageQueueKey(topic.Name, node.Identity.BrokerName, queueId)] = new OffsetWrapper
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

    private static Protocol.Bodies.SubscriptionGroupConfig ToBody(BrokerGroupConfig group) => new()
    {
        GroupName = group.Name,
        ConsumeEnable = group.ConsumeEnable,
        ConsumeFromMinEnable = group.ConsumeFromMinEnable,
        ConsumeBroadcastEnable = group.ConsumeBroadcastEnable,
        ConsumeMessageOrderly = group.ConsumeMessageOrderly,
        RetryQueueNums = group.RetryQueues,
        RetryMaxTimes = group.RetryMaxTimes,
        BrokerId = group.BrokerId,
        WhichBrokerWhenConsumeSlowly = group.WhichBrokerWhenConsumeSlowly,
        NotifyConsumerIdsChangedEnable = group.NotifyConsumerIdsChangedEnable,
        GroupSysFlag = group.SystemFlag,
        ConsumeTimeoutMinute = group.ConsumeTimeoutMinutes,
        Attributes = new Dictionary<string, string>(group.Attributes),
    };
}

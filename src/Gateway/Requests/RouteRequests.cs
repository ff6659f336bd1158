using OrleansMq.Broker.Nodes;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Requests;
using TopicConfig = OrleansMq.Broker.Topics.TopicConfig;

namespace OrleansMq.Gateway.Requests;

/// <summary>What clients ask a name server: where topics live, 105, and what there is, 106, 206, 224, 304.</summary>
internal sealed class RouteRequests(BrokerNode node)
{
    /// <summary>RocketMQ: <c>MixAll.MASTER_ID</c>.</summary>
    private const long MasterId = 0;

    public void Register(RequestTable table)
    {
        table.Add<GetRouteRequest>(RequestCode.GetRouteInfoByTopic, GetRouteRequest.TryRead, GetRoute);
        table.Add(RequestCode.GetBrokerClusterInfo, GetClusterInfo);
        table.Add(RequestCode.GetAllTopicListFromNameServer, session => ListTopics(session, _ => true));
        table.Add(RequestCode.GetSystemTopicListFromNameServer, ListSystemTopics);
        table.Add<ClusterTopicsRequest>(
            RequestCode.GetTopicsByCluster, ClusterTopicsRequest.TryRead, ListTopicsOfCluster);
        table.Add<KvConfigRequest>(RequestCode.GetKvConfig, KvConfigRequest.TryRead, GetKvConfig);
        table.Add(RequestCode.GetKvListByNamespace, session => session.Reply.Answer(new KvTable().WriteTo));
    }

    private void GetRoute(ClientSession session, GetRouteRequest request)
    {
        TopicConfig? topic = node.Topics.Find(request.Topic)?.Config;
        if (topic is null)
        {
            session.Refuse(
                ResponseCode.TopicNotExist,
                $"No topic route info in name server for the topic: {request.Topic}. Create the topic first.");
            return;
        }

        var route = new TopicRouteData
        {
            QueueDatas =
            [
                new QueueData
                {
                    BrokerName = node.Identity.BrokerName,
                    ReadQueueNums = topic.ReadQueues,
                    WriteQueueNums = topic.WriteQueues,
                    Perm = (int)topic.Permissions,
                    TopicSysFlag = topic.SystemFlag,
                },
            ],
            BrokerDatas = [ThisBroker()],
        };
        session.Reply.Answer(route.WriteTo);
    }

    private void GetClusterInfo(ClientSession session)
    {
        var info = new ClusterInfo
        {
            Brokers = new() { [node.Identity.BrokerName] = ThisBroker() },
            Clusters = new() { [node.Identity.ClusterName] = [node.Identity.BrokerName] },
        };
        session.Reply.Answer(info.WriteTo);
    }

    private void ListTopics(ClientSession session, Func<TopicConfig, bool> isListed)
    {
        var topics = new TopicList
        {
            Topics = [.. node.Topics.Topics.Where(isListed).Select(topic => topic.Name).Order(StringComparer.Ordinal)],
        };
        session.Reply.Answer(topics.WriteTo);
    }

    private void ListSystemTopics(ClientSession session)
    {
        var topics = new TopicList
        {
            Topics =
            [
                node.Identity.ClusterName, node.Identity.BrokerName,
                .. node.Topics.Topics.Where(topic => node.Topics.IsSystem(topic.Name)).Select(topic => topic.Name),
            ],
            BrokerAddress = node.Identity.AddressText,
        };
        session.Reply.Answer(topics.WriteTo);
    }

    private void ListTopicsOfCluster(ClientSession session, ClusterTopicsRequest request) =>
        ListTopics(session, _ => request.Cluster == node.Identity.ClusterName);

    private static void GetKvConfig(ClientSession session, KvConfigRequest request) => session.Refuse(
        ResponseCode.QueryNotFound, $"No value is kept for '{request.Namespace}/{request.Key}'.");

    private BrokerData ThisBroker() => new()
    {
        Cluster = node.Identity.ClusterName,
        BrokerName = node.Identity.BrokerName,
        BrokerAddresses = new() { [MasterId] = node.Identity.AddressText },
    };
}

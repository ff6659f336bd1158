using System.Text;
using OrleansMq.Broker.Clustering;
using OrleansMq.Broker.KeyValues;
using OrleansMq.Broker.Nodes;
using OrleansMq.Broker.Topics;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;
using OrleansMq.Protocol.Requests;
using TopicConfig = OrleansMq.Broker.Topics.TopicConfig;

namespace OrleansMq.Gateway.Requests;

/// <summary>
/// What clients ask a name server: where topics live, 105, what there is, 106, 206, 224, 304 and 322, and that a broker
/// is drained or not, 205 and 327.
/// </summary>
internal sealed class RouteRequests(BrokerNode node)
{
    /// <summary>RocketMQ: <c>MixAll.MASTER_ID</c>.</summary>
    private const long MasterId = 0;

    private IClusterRoutes Routes => node.ControlPlane.Routes;

    public void Register(RequestTable table)
    {
        table.Add<GetRouteRequest>(RequestCode.GetRouteInfoByTopic, GetRouteRequest.TryRead, GetRoute);
        table.Add(RequestCode.GetBrokerClusterInfo, GetClusterInfo);
        table.Add(RequestCode.GetAllTopicListFromNameServer, session => ListTopics(session, _ => true));
        table.Add(RequestCode.GetSystemTopicListFromNameServer, ListSystemTopics);
        table.Add<ClusterTopicsRequest>(
            RequestCode.GetTopicsByCluster, ClusterTopicsRequest.TryRead, ListTopicsOfCluster);
        table.Add<QueryDataVersionRequest>(
            RequestCode.QueryDataVersion, QueryDataVersionRequest.TryRead, CompareVersions);
        table.Add<BrokerPermissionRequest>(
            RequestCode.WipeWritePermissionOfBroker, BrokerPermissionRequest.TryRead,
            (session, request) => SetWritable(session, request, isWritable: false, "wipeTopicCount"));
        table.Add<BrokerPermissionRequest>(
            RequestCode.AddWritePermissionOfBroker, BrokerPermissionRequest.TryRead,
            (session, request) => SetWritable(session, request, isWritable: true, "addTopicCount"));
    }

    private void GetRoute(ClientSession session, GetRouteRequest request)
    {
        if (Routes.Find(request.Topic) is not { Brokers.Count: > 0 } found)
        {
            session.Refuse(
                ResponseCode.TopicNotExist,
                $"No topic route info in name server for the topic: {request.Topic}. Create the topic first.");
            return;
        }

        var route = new TopicRouteData
        {
            OrderTopicConf = Routes.KeyValues.Find(OrderedTopics.Namespace, request.Topic),
            QueueDatas = [.. found.Brokers.Select(broker => QueuesOf(found.Topic, broker))],
            BrokerDatas = [.. found.Brokers.Select(DataOf)],
        };
        session.Reply.Answer(route.WriteTo);
    }

    private void GetClusterInfo(ClientSession session)
    {
        IReadOnlyList<BrokerEntry> brokers = Routes.Brokers;
        var info = new ClusterInfo
        {
            Brokers = brokers.ToDictionary(broker => broker.Name, DataOf, StringComparer.Ordinal),
            Clusters = new() { [node.Identity.ClusterName] = [.. brokers.Select(broker => broker.Name)] },
        };
        session.Reply.Answer(info.WriteTo);
    }

    private void ListTopics(ClientSession session, Func<string, bool> isListed)
    {
        var topics = new TopicList { Topics = [.. Routes.Topics.Where(isListed).Order(StringComparer.Ordinal)] };
        session.Reply.Answer(topics.WriteTo);
    }

    private void ListSystemTopics(ClientSession session)
    {
        var topics = new TopicList
        {
            Topics =
            [
                node.Identity.ClusterName, .. Routes.Brokers.Select(broker => broker.Name),
                .. Routes.Topics.Where(node.Topics.IsSystem),
            ],
            BrokerAddress = node.Identity.AddressText,
        };
        session.Reply.Answer(topics.WriteTo);
    }

    private void ListTopicsOfCluster(ClientSession session, ClusterTopicsRequest request) =>
        ListTopics(session, _ => request.Cluster == node.Identity.ClusterName);

    /// <summary>
    /// Whether the topics that a broker has are others than are known here. Of another broker nothing is known: brokers
    /// of RocketMQ do not register here, and those of a cluster not in this way.
    /// </summary>
    private void CompareVersions(ClientSession session, QueryDataVersionRequest request)
    {
        if (!DataVersion.TryRead(session.Request.Body.Span, out DataVersion? asked, out string? problem))
        {
            session.Refuse(ResponseCode.SystemError, problem);
            return;
        }

        DataVersion? known = request.BrokerName == node.Identity.BrokerName
            ? BrokerBodies.Of(node.Topics.Version)
            : null;
        bool isSame = known is not null && (known.Counter, known.StateVersion, known.Timestamp)
            == (asked.Counter, asked.StateVersion, asked.Timestamp);
        session.Reply.Answer(
            ResponseCode.Success, (IsSame: isSame, Known: known),
            static (ref CommandWriter writer, (bool IsSame, DataVersion? Known) answer) =>
            {
                writer.Field("changed"u8, answer.IsSame ? "false"u8 : "true"u8);
                answer.Known?.WriteTo(writer.BeginBody());
            });
    }

    /// <summary>How many topics were concerned is part of RocketMQ's answer.</summary>
    private void SetWritable(
        ClientSession session, BrokerPermissionRequest request, bool isWritable, string countField) =>
        session.Await(async reply =>
        {
            string? problem = await node.ControlPlane.SetWritableAsync(request.BrokerName, isWritable)
                .ConfigureAwait(false);
            if (problem is not null)
                reply.Answer(ResponseCode.SystemError, problem);
            else
                reply.Answer(Encoding.ASCII.GetBytes(countField), Routes.Topics.Count());
        });

    private static QueueData QueuesOf(TopicConfig topic, BrokerEntry broker) => new()
    {
        BrokerName = broker.Name,
        ReadQueueNums = topic.ReadQueues,
        WriteQueueNums = topic.WriteQueues,
        Perm = (int)(broker.IsWritable ? topic.Permissions : topic.Permissions & ~TopicPermissions.Write),
        TopicSysFlag = topic.SystemFlag,
    };

    private BrokerData DataOf(BrokerEntry broker) => new()
    {
        Cluster = node.Identity.ClusterName,
        BrokerName = broker.Name,
        BrokerAddresses = new() { [MasterId] = broker.Address },
    };
}

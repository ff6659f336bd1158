using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Broker.Nodes;
using OrleansMq.Broker.Producers;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Requests;

namespace OrleansMq.Gateway.Requests;

/// <summary>
/// What operators ask of this broker: its producers, 204 and 328, who consumes what, 300, 343 and 345, its system
/// topics, 305, and the settings of one topic, 351, or group, 352.
/// </summary>
internal sealed class InspectionRequests(BrokerNode node)
{
    public void Register(RequestTable table)
    {
        table.Add<ProducerConnectionRequest>(
            RequestCode.GetProducerConnectionList, ProducerConnectionRequest.TryRead, ListProducers);
        table.Add(RequestCode.GetAllProducerInfo, ListAllProducers);
        table.Add<TopicStatsRequest>(RequestCode.QueryTopicConsumeByWho, TopicStatsRequest.TryRead, ListGroupsOfTopic);
        table.Add<GroupRequest>(RequestCode.QueryTopicsByConsumer, GroupRequest.TryRead, ListTopicsOfGroup);
        table.Add<GroupTopicRequest>(
            RequestCode.QuerySubscriptionByConsumer, GroupTopicRequest.TryRead, GetSubscription);
        table.Add(RequestCode.GetSystemTopicListFromBroker, ListSystemTopics);
        table.Add<TopicStatsRequest>(RequestCode.GetTopicConfig, TopicStatsRequest.TryRead, GetTopic);
        table.Add<GroupRequest>(RequestCode.GetSubscriptionGroupConfig, GroupRequest.TryRead, GetGroup);
    }

    private void ListProducers(ClientSession session, ProducerConnectionRequest request)
    {
        IReadOnlyList<ProducerMember> members = node.Producers.MembersOf(request.ProducerGroup);
        if (members.Count == 0)
        {
            session.Refuse(
                ResponseCode.SystemError, $"The producer group '{request.ProducerGroup}' has no member online here.");
            return;
        }

        session.Reply.Answer(new ProducerConnection { Connections = [.. members.Select(BrokerBodies.Of)] }.WriteTo);
    }

    private void ListAllProducers(ClientSession session)
    {
        var table = new ProducerTable();
        foreach ((string group, IReadOnlyList<ProducerMember> members) in node.Producers.All())
            table.Groups[group] = [.. members.Select(BrokerBodies.InfoOf)];
        session.Reply.Answer(table.WriteTo);
    }

    /// <summary>Groups that subscribe to the topic now, and groups that consumed it before.</summary>
    private void ListGroupsOfTopic(ClientSession session, TopicStatsRequest request)
    {
        string topic = request.Topic;
        IEnumerable<string> groups =
            from @group in node.Groups.Groups
            where @group.Read(state => state.FindSubscription(topic) is not null)
                || @group.ReadOffsets(offsets => offsets.OfTopic(topic).Count > 0)
            orderby @group.Name
            select @group.Name;
        session.Reply.Answer(new GroupList { Groups = [.. groups] }.WriteTo);
    }

    /// <summary>The topics of which the group committed an offset here; none for a group that is not known.</summary>
    private void ListTopicsOfGroup(ClientSession session, GroupRequest request)
    {
        string[] topics = node.Groups.Find(request.Group)?.ReadOffsets(offsets => offsets.Topics.ToArray()) ?? [];
        session.Reply.Answer(new TopicList { Topics = [.. topics] }.WriteTo);
    }

    private void GetSubscription(ClientSession session, GroupTopicRequest request)
    {
        Subscription? subscription =
            node.Groups.Find(request.Group)?.Read(state => state.FindSubscription(request.Topic));
        var body = new GroupSubscription
        {
            Group = request.Group,
            Topic = request.Topic,
            SubscriptionData = subscription is null ? null : BrokerBodies.Of(subscription),
        };
        session.Reply.Answer(body.WriteTo);
    }

    private void ListSystemTopics(ClientSession session)
    {
        IEnumerable<string> names = node.Topics.Topics.Select(topic => topic.Name).Where(node.Topics.IsSystem);
        session.Reply.Answer(new TopicList { Topics = [.. names.Order(StringComparer.Ordinal)] }.WriteTo);
    }

    private void GetTopic(ClientSession session, TopicStatsRequest request)
    {
        if (node.Topics.Find(request.Topic) is { } topic)
            session.Reply.Answer(BrokerBodies.Of(topic.Config).WriteTo);
        else
            session.Refuse(
                ResponseCode.TopicNotExist, $"The topic '{request.Topic}' does not exist on this broker.");
    }

    private void GetGroup(ClientSession session, GroupRequest request)
    {
        if (node.Groups.Find(request.Group) is { } group)
            session.Reply.Answer(BrokerBodies.Of(group.Config).WriteTo);
        else
            session.Refuse(ResponseCode.SubscriptionGroupNotExist, $"The group '{request.Group}' does not exist.");
    }
}

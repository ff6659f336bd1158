using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Broker.Nodes;
using OrleansMq.Broker.Producers;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Requests;

namespace OrleansMq.Gateway.Requests;

/// <summary>Who is a member of which group, 34, 35, 38 and 46, and holds which queue, 41 and 42.</summary>
internal sealed class MembershipRequests(BrokerNode node)
{
    private const long ProtocolVersion = 0;

    public void Register(RequestTable table)
    {
        table.AddWithBody<HeartbeatData>(RequestCode.Heartbeat, HeartbeatData.TryRead, Heartbeat);
        table.Add<UnregisterClientRequest>(RequestCode.UnregisterClient, UnregisterClientRequest.TryRead, Unregister);
        table.Add<ConsumerListRequest>(RequestCode.GetConsumerListByGroup, ConsumerListRequest.TryRead, ListMembers);
        table.AddWithBody<LockBatchBody>(RequestCode.LockBatchMessageQueues, LockBatchBody.TryRead, Lock);
        table.AddWithBody<LockBatchBody>(RequestCode.UnlockBatchMessageQueues, LockBatchBody.TryRead, Unlock);
        table.AddWithBody<CheckClientConfigBody>(
            RequestCode.CheckClientConfig, CheckClientConfigBody.TryRead, CheckClientConfig);
    }

    private void Heartbeat(ClientSession session, HeartbeatData heartbeat)
    {
        string? problem = null;
        foreach (ConsumerData consumer in heartbeat.ConsumerDataSet)
            problem ??= TakeConsumer(session, heartbeat.ClientId, consumer);
        foreach (ProducerData producer in heartbeat.ProducerDataSet)
            problem ??= TakeProducer(session, heartbeat.ClientId, producer);
        if (problem is not null)
            session.Refuse(ResponseCode.SystemError, problem);
        else
            session.Reply.Answer("version"u8, ProtocolVersion);
    }

    private string? TakeConsumer(ClientSession session, string clientId, ConsumerData consumer)
    {
        GroupHandle? group = node.Groups.FindOrCreate(consumer.GroupName, out string? problem);
        if (group is null)
            return problem;

        var subscriptions = new List<Subscription>();
        foreach (SubscriptionData data in consumer.SubscriptionDataSet)
        {
            ExpressionKind kind = data.ExpressionType == "SQL92" ? ExpressionKind.Sql92 : ExpressionKind.Tag;
            if (!Subscription.TryParse(
                data.Topic, data.SubString, kind, data.SubVersion, out Subscription? subscription, out problem))
            {
                return problem;
            }

            subscriptions.Add(subscription);
        }

        // Failed messages of a clustering group come again through this topic, so its members must find a route to it.
        int retryQueues = consumer.MessageModel == MessageModel.Clustering ? group.Config.RetryQueues : 0;
        if (retryQueues > 0 && node.Topics.FindOrCreateRetry(group.Name, retryQueues).Problem is { } retryProblem)
            return retryProblem;

        session.ConsumerGroups.Add(group.Name);
        return group.Heartbeat(new GroupMember
        {
            ClientId = clientId,
            ChannelId = session.Connection.Id,
            RemoteAddress = session.Connection.RemoteEndPoint.ToString(),
            Language = session.Request.Language.ToString(),
            Version = session.Request.Version,
            ConsumeType = consumer.ConsumeType,
            MessageModel = consumer.MessageModel,
            ConsumeFromWhere = consumer.ConsumeFromWhere,
            Subscriptions = subscriptions,
        });
    }

    private string? TakeProducer(ClientSession session, string clientId, ProducerData producer) =>
        node.Producers.Heartbeat(producer.GroupName, new ProducerMember
        {
            ClientId = clientId,
            ChannelId = session.Connection.Id,
            RemoteAddress = session.Connection.RemoteEndPoint.ToString(),
            Language = session.Request.Language.ToString(),
            Version = session.Request.Version,
        });

    private void Unregister(ClientSession session, UnregisterClientRequest request)
    {
        if (!string.IsNullOrEmpty(request.ConsumerGroup))
            node.Groups.Find(request.ConsumerGroup)?.Unregister(request.ClientId);
        if (!string.IsNullOrEmpty(request.ProducerGroup))
            node.Producers.Unregister(request.ProducerGroup, request.ClientId);
        session.Reply.Answer(ResponseCode.Success);
    }

    private void ListMembers(ClientSession session, ConsumerListRequest request)
    {
        List<string>? members = node.Groups.Find(request.ConsumerGroup)?.Read(group => group.ClientIds.ToList());
        if (members is null or { Count: 0 })
            session.Refuse(ResponseCode.SystemError, $"The group '{request.ConsumerGroup}' has no members.");
        else
            session.Reply.Answer(new ConsumerList { ConsumerIdList = members }.WriteTo);
    }

    private void Lock(ClientSession session, LockBatchBody request)
    {
        if (FindGroup(session, request) is not { } group)
            return;

        var locked = new LockBatchResponse { LockOkMqSet = [.. group.LockQueues(request.ClientId, request.MqSet)] };
        session.Reply.Answer(locked.WriteTo);
    }

    private void Unlock(ClientSession session, LockBatchBody request)
    {
        if (FindGroup(session, request) is not { } group)
            return;

        group.UnlockQueues(request.ClientId, request.MqSet);
        session.Reply.Answer(ResponseCode.Success);
    }

    private GroupHandle? FindGroup(ClientSession session, LockBatchBody request)
    {
        GroupHandle? group = node.Groups.FindOrCreate(request.ConsumerGroup, out string? problem);
        if (group is null)
            session.Refuse(ResponseCode.SubscriptionGroupNotExist, problem);
        return group;
    }

    private static void CheckClientConfig(ClientSession session, CheckClientConfigBody body)
    {
        SubscriptionData data = body.SubscriptionData;
        if (data.ExpressionType is not ("" or "TAG"))
        {
            session.Refuse(
                ResponseCode.SystemError,
                $"This broker filters by tags, not by '{data.ExpressionType}'. Subscribe with tags or '*'.");
            return;
        }

        bool isValid = Subscription.TryParse(
            data.Topic, data.SubString, ExpressionKind.Tag, data.SubVersion, out _, out string? problem);
        session.Reply.Answer(isValid ? ResponseCode.Success : ResponseCode.SubscriptionParseFailed, problem);
    }
}

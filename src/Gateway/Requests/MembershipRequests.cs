using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Broker.Nodes;
using OrleansMq.Broker.Producers;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Requests;

namespace OrleansMq.Gateway.Requests;

/// <summary>Who is a member of which group and holds which queue: 34, 35, 38, 41, 42, 46; and messages sent back, 36.</summary>
internal sealed class MembershipRequests(BrokerNode node)
{
    private const long ProtocolVersion = 0;

    public static void Register(Dictionary<int, Action<ClientSession>> table, BrokerNode node)
    {
        var requests = new MembershipRequests(node);
        table.Add((int)RequestCode.Heartbeat, requests.Heartbeat);
        table.Add((int)RequestCode.UnregisterClient, requests.Unregister);
        table.Add((int)RequestCode.GetConsumerListByGroup, requests.ListMembers);
        table.Add((int)RequestCode.LockBatchMessageQueues, session => requests.ChangeLocks(session, isLock: true));
        table.Add((int)RequestCode.UnlockBatchMessageQueues, session => requests.ChangeLocks(session, isLock: false));
        table.Add((int)RequestCode.CheckClientConfig, CheckClientConfig);
        table.Add((int)RequestCode.ConsumerSendMessageBack, requests.SendBack);
    }

    private void Heartbeat(ClientSession session)
    {
        if (!HeartbeatData.TryRead(session.Request.Body.Span, out HeartbeatData? heartbeat, out string? problem))
        {
            session.Refuse(ResponseCode.SystemError, problem);
            return;
        }

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
            if (!Subscription.TryParse(data.Topic, data.SubString, kind, data.SubVersion, out Subscription? subscription, out problem))
                return problem;
            subscriptions.Add(subscription);
        }

        // Failed messages of a clustering group come again through this topic, so its members must find a route to it.
        bool isClustering = consumer.MessageModel == MessageModel.Clustering;
        int retryQueues = group.Config.RetryQueues;
        if (isClustering && retryQueues > 0
            && node.Topics.FindOrCreateRetry(group.Name, retryQueues).Problem is { } retryProblem)
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

    private void Unregister(ClientSession session)
    {
        if (!UnregisterClientRequest.TryRead(session.Request, out UnregisterClientRequest request, out string? problem))
        {
            session.Refuse(ResponseCode.SystemError, problem);
            return;
        }

        if (!string.IsNullOrEmpty(request.ConsumerGroup))
            node.Groups.Find(request.ConsumerGroup)?.Unregister(request.ClientId);
        if (!string.IsNullOrEmpty(request.ProducerGroup))
            node.Producers.Unregister(request.ProducerGroup, request.ClientId);
        session.Reply.Answer(ResponseCode.Success);
    }

    private void ListMembers(ClientSession session)
    {
        if (!ConsumerListRequest.TryRead(session.Request, out ConsumerListRequest request, out string? problem))
        {
            session.Refuse(ResponseCode.SystemError, problem);
            return;
        }

        List<string>? members = node.Groups.Find(request.ConsumerGroup)?.Read(group => group.ClientIds.ToList());
        if (members is null or { Count: 0 })
            session.Refuse(ResponseCode.SystemError, $"The group '{request.ConsumerGroup}' has no members.");
        else
            session.Reply.Answer(new ConsumerList { ConsumerIdList = members }.WriteTo);
    }

    private void ChangeLocks(ClientSession session, bool isLock)
    {
        if (!LockBatchBody.TryRead(session.Request.Body.Span, out LockBatchBody? body, out string? problem))
        {
            session.Refuse(ResponseCode.SystemError, problem);
            return;
        }

        GroupHandle? group = node.Groups.FindOrCreate(body.ConsumerGroup, out problem);
        if (group is null)
        {
            session.Refuse(ResponseCode.SubscriptionGroupNotExist, problem);
            return;
        }

        if (!isLock)
        {
            group.UnlockQueues(body.ClientId, body.MqSet);
            session.Reply.Answer(ResponseCode.Success);
            return;
        }

        var locked = new LockBatchResponse { LockOkMqSet = [.. group.LockQueues(body.ClientId, body.MqSet)] };
        session.Reply.Answer(locked.WriteTo);
    }

    private static void CheckClientConfig(ClientSession session)
    {
        if (!CheckClientConfigBody.TryRead(session.Request.Body.Span, out CheckClientConfigBody? body, out string? problem))
        {
            session.Refuse(ResponseCode.SystemError, problem);
            return;
        }

        SubscriptionData data = body.SubscriptionData;
        bool isByTag = data.ExpressionType is "" or "TAG";
        if (!isByTag)
            problem = $"This broker filters by tags, not by '{data.ExpressionType}'. Subscribe with tags or '*'.";
        else
            Subscription.TryParse(data.Topic, data.SubString, ExpressionKind.Tag, data.SubVersion, out _, out problem);
        if (problem is not null)
            session.Refuse(isByTag ? ResponseCode.SubscriptionParseFailed : ResponseCode.SystemError, problem);
        else
            session.Reply.Answer(ResponseCode.Success);
    }

    private void SendBack(ClientSession session)
    {
        if (!ConsumerSendMessageBackRequest.TryRead(session.Request, out ConsumerSendMessageBackRequest request, out string? problem))
        {
            session.Refuse(ResponseCode.SystemError, problem);
            return;
        }

        session.Defer(reply =>
        {
            Broker.Sending.SendResult result = node.SendBacks.Take(request);
            if (!result.IsStored)
                reply.Answer(result.Code, result.Problem);
            else if (result.MustAwaitFlush)
                node.AwaitFlush(result, status => Answer(reply, status));
            else
                reply.Answer(ResponseCode.Success);
            node.Pump();
        });
    }

    private static void Answer(ReplyAddress reply, Storage.Confirmations.ConfirmationStatus status) => reply.Answer(
        status == Storage.Confirmations.ConfirmationStatus.Confirmed ? ResponseCode.Success : ResponseCode.FlushDiskTimeout,
        status == Storage.Confirmations.ConfirmationStatus.Confirmed ? null : "The message was not flushed in time.");
}

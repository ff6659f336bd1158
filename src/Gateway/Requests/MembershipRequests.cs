using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Broker.Filters;
using OrleansMq.Broker.Nodes;
using OrleansMq.Broker.Producers;
using OrleansMq.Broker.Topics;
using OrleansMq.Gateway.Connections;
using OrleansMq.Messages.Topics;
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
        var client = new GroupMember
        {
            ClientId = heartbeat.ClientId,
            Channel = node.ChannelOf(session.Connection.Id),
            RemoteAddress = session.Connection.RemoteEndPoint.ToString(),
            Language = session.Request.Language.ToString(),
            Version = session.Request.Version,
        };
        session.ClientName = heartbeat.ClientId;
        string? problem = null;
        foreach (ProducerData producer in heartbeat.ProducerDataSet)
            problem ??= TakeProducer(producer.GroupName, client);
        foreach (ConsumerData consumer in heartbeat.ConsumerDataSet)
            session.ConsumerGroups.Add(consumer.GroupName);

        session.Await(async reply =>
        {
            foreach (ConsumerData consumer in heartbeat.ConsumerDataSet)
                problem ??= await TakeConsumerAsync(reply.Connection, client, consumer).ConfigureAwait(false);
            if (problem is not null)
                reply.Answer(ResponseCode.SystemError, problem);
            else
                reply.Answer("version"u8, ProtocolVersion);
        });
    }

    private async ValueTask<string?> TakeConsumerAsync(Connection connection, GroupMember client, ConsumerData consumer)
    {
        if (SubscriptionsOf(consumer, out string? problem) is not { } subscriptions)
            return problem;

        (GroupHandle? group, problem) = await FindOrCreateGroupAsync(consumer.GroupName).ConfigureAwait(false);
        if (group is null)
            return problem;

        // Failed messages of a clustering group come again through this topic, so its members must find a route to it.
        int retryQueues = consumer.MessageModel == MessageModel.Clustering ? group.Config.RetryQueues : 0;
        if (retryQueues > 0 && node.Topics.Find(TopicNames.RetryOf(group.Name)) is null)
        {
            TopicResult retryTopic = await node.ControlPlane.FindOrCreateRetryTopicAsync(group.Name, retryQueues)
                .ConfigureAwait(false);
            if (retryTopic.Problem is not null)
                return retryTopic.Problem;
        }

        problem = await node.ControlPlane.HeartbeatAsync(group, client with
        {
            ConsumeType = consumer.ConsumeType,
            MessageModel = consumer.MessageModel,
            ConsumeFromWhere = consumer.ConsumeFromWhere,
            Subscriptions = subscriptions,
        }).ConfigureAwait(false);

        // The connection may have closed, and its group been told, before the heartbeat had arrived there.
        if (connection.IsClosed)
            node.ControlPlane.ChannelClosed(group, client.Channel);
        return problem;
    }

    private static List<Subscription>? SubscriptionsOf(ConsumerData consumer, out string? problem)
    {
        problem = null;
        var subscriptions = new List<Subscription>();
        foreach (SubscriptionData data in consumer.SubscriptionDataSet)
        {
            ExpressionKind kind = data.ExpressionType == "SQL92" ? ExpressionKind.Sql92 : ExpressionKind.Tag;
            if (!Subscription.TryParse(
                data.Topic, data.SubString, kind, data.SubVersion, out Subscription? subscription, out problem))
            {
                return null;
            }

            subscriptions.Add(subscription);
        }

        return subscriptions;
    }

    private string? TakeProducer(string group, GroupMember client) =>
        node.Producers.Heartbeat(group, new ProducerMember
        {
            ClientId = client.ClientId,
            ChannelId = client.Channel.Id,
            RemoteAddress = client.RemoteAddress,
            Language = client.Language,
            Version = client.Version,
        });

    private void Unregister(ClientSession session, UnregisterClientRequest request)
    {
        if (!string.IsNullOrEmpty(request.ProducerGroup))
            node.Producers.Unregister(request.ProducerGroup, request.ClientId);
        session.Await(async reply =>
        {
            if (!string.IsNullOrEmpty(request.ConsumerGroup) && node.Groups.Find(request.ConsumerGroup) is { } group)
                await node.ControlPlane.UnregisterAsync(group, request.ClientId).ConfigureAwait(false);
            reply.Answer(ResponseCode.Success);
        });
    }

    private void ListMembers(ClientSession session, ConsumerListRequest request) => session.Await(async reply =>
    {
        List<string> members = MembersOf(request.ConsumerGroup);
        if (members.Count == 0)
        {
            await node.ControlPlane.ShowMembersAsync(request.ConsumerGroup).ConfigureAwait(false);
            members = MembersOf(request.ConsumerGroup);
        }

        if (members.Count == 0)
            reply.Answer(ResponseCode.SystemError, $"The group '{request.ConsumerGroup}' has no members.");
        else
            reply.Answer(new ConsumerList { ConsumerIdList = members }.WriteTo);
    });

    private List<string> MembersOf(string group) =>
        node.Groups.Find(group)?.Read(state => state.ClientIds.ToList()) ?? [];

    private void Lock(ClientSession session, LockBatchBody request) =>
        WithGroup(session, request.ConsumerGroup, async (reply, group) =>
        {
            IReadOnlyList<MessageQueueKey> locked = await node.ControlPlane
                .LockQueuesAsync(group, request.ClientId, [.. request.MqSet]).ConfigureAwait(false);
            reply.Answer(new LockBatchResponse { LockOkMqSet = [.. locked] }.WriteTo);
        });

    private void Unlock(ClientSession session, LockBatchBody request) =>
        WithGroup(session, request.ConsumerGroup, async (reply, group) =>
        {
            await node.ControlPlane.UnlockQueuesAsync(group, request.ClientId, [.. request.MqSet])
                .ConfigureAwait(false);
            reply.Answer(ResponseCode.Success);
        });

    private void WithGroup(ClientSession session, string name, Func<ReplyAddress, GroupHandle, ValueTask> work) =>
        session.Await(async reply =>
        {
            (GroupHandle? group, string? problem) = await FindOrCreateGroupAsync(name).ConfigureAwait(false);
            if (group is null)
                reply.Answer(ResponseCode.SubscriptionGroupNotExist, problem);
            else
                await work(reply, group).ConfigureAwait(false);
        });

    private async ValueTask<(GroupHandle? Group, string? Problem)> FindOrCreateGroupAsync(string name)
    {
        if (node.Groups.Find(name) is { } known)
            return (known, null);

        SubscriptionGroupResult result = await node.ControlPlane.FindOrCreateGroupAsync(name).ConfigureAwait(false);
        GroupHandle? group = result.Problem is null ? node.Groups.Find(name) : null;
        return (group, result.Problem ?? $"The group '{name}' was deleted just now; try again.");
    }

    private void CheckClientConfig(ClientSession session, CheckClientConfigBody body)
    {
        SubscriptionData data = body.SubscriptionData;
        string? problem;
        bool isValid;
        if (data.ExpressionType == "SQL92")
        {
            isValid = SqlFilter.TryParse(data.SubString, node.Options.SqlFilters.Limits, out _, out problem);
        }
        else if (data.ExpressionType is "" or "TAG")
        {
            isValid = Subscription.TryParse(
                data.Topic, data.SubString, ExpressionKind.Tag, data.SubVersion, out _, out problem);
        }
        else
        {
            isValid = false;
            problem = $"This broker does not filter by '{data.ExpressionType}'; use TAG or SQL92.";
        }

        session.Reply.Answer(isValid ? ResponseCode.Success : ResponseCode.SubscriptionParseFailed, problem);
    }
}

using OrleansMq.Broker.Clustering;
using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Broker.Nodes;
using OrleansMq.Broker.Topics;
using OrleansMq.Broker.Transactions;
using OrleansMq.Grains.Brokers;
using OrleansMq.Grains.Clusters;
using OrleansMq.Grains.ConsumerGroups;
using OrleansMq.Grains.Topics;
using OrleansMq.Grains.Transactions;
using OrleansMq.Messages.Topics;
using OrleansMq.Protocol.Bodies;
using SubscriptionGroupConfig = OrleansMq.Broker.ConsumerGroups.SubscriptionGroupConfig;
using TopicConfig = OrleansMq.Broker.Topics.TopicConfig;

namespace OrleansMq.Grains.ControlPlanes;

/// <summary>Has grains decide, and shows at this broker what they decided before it answers.</summary>
internal sealed class ClusterControlPlane(
    DecisionCaller caller, CheckerCaller checkers, IClusterClients clients, TransactionPeers peers,
    RunningBroker broker, IGrainFactory grains)
    : IControlPlane
{
    public IClusterRoutes Routes => broker.View;

    public IClusterClients Clients => clients;

    private BrokerNode Node => broker.Host.Node;

    private string Own => Node.Identity.BrokerName;

    public ValueTask<TopicResult> PutTopicAsync(TopicConfig topic) =>
        DecideAsync(topic.Name, grain => grain.Put(topic, Own));

    public ValueTask<TopicResult> DeleteTopicAsync(string topic) => DecideAsync(topic, grain => grain.Delete(Own));

    public async ValueTask<TopicResult> FindOrCreateTopicAsync(string topic, string template, int requestedQueues)
    {
        TopicConfig? own = template == TopicNames.AutoCreateTemplate ? null : Node.Topics.Find(template)?.Config;
        TopicResult result = await DecideAsync(
            topic, grain => grain.FindOrCreate(template, own, requestedQueues, Own)).ConfigureAwait(false);
        return result.Problem is null && Node.Topics.Find(topic) is null
            ? new TopicResult(
                TopicStatus.NotFound, null,
                $"The topic '{topic}' has no queues on the broker '{Own}'. Send to a broker of its route, or give it "
                + "queues here: updateTopic with this broker's address.")
            : result;
    }

    public ValueTask<TopicResult> FindOrCreateRetryTopicAsync(string group, int queues) =>
        DecideAsync(TopicNames.RetryOf(group), grain => grain.FindOrCreateRetry(group, queues, Own));

    public ValueTask<TopicResult> FindOrCreateDeadLetterTopicAsync(string group) =>
        DecideAsync(TopicNames.DeadLetterOf(group), grain => grain.FindOrCreateDeadLetter(group, Own));

    public ValueTask<SubscriptionGroupResult> PutGroupAsync(SubscriptionGroupConfig group) =>
        DecideGroupAsync(group.Name, grain => grain.Put(group));

    public ValueTask<SubscriptionGroupResult> DeleteGroupAsync(string group) =>
        DecideGroupAsync(group, grain => grain.Delete());

    public ValueTask<SubscriptionGroupResult> FindOrCreateGroupAsync(string group) =>
        DecideGroupAsync(group, grain => grain.FindOrCreate());

    /// <summary>
    /// A member that is known goes on while the cluster cannot be asked: its heartbeat changes nothing.
    /// </summary>
    public async ValueTask<string?> HeartbeatAsync(GroupHandle group, GroupMember member)
    {
        try
        {
            HeartbeatReply reply = await caller.CallAsync(
                () => GroupOf(group.Name).Heartbeat(member, group.Epoch)).ConfigureAwait(false);
            if (reply.Members is not null)
                group.Show(reply.Members);
            return reply.Problem;
        }
        catch (UndecidedException cause)
        {
            return group.Read(state => state.FindMember(member.ClientId)) is null ? cause.Message : null;
        }
    }

    public async ValueTask ShowMembersAsync(string group)
    {
        if (Node.Groups.Find(group) is null)
            await broker.Refresher.TryRefreshAsync().ConfigureAwait(false);
        if (Node.Groups.Find(group) is { } known)
            known.Show(await caller.CallAsync(() => GroupOf(group).Read()).ConfigureAwait(false));
    }

    public async ValueTask UnregisterAsync(GroupHandle group, string clientId) =>
        await caller.CallAsync(() => GroupOf(group.Name).Unregister(clientId)).ConfigureAwait(false);

    public void ChannelClosed(GroupHandle group, ClientChannel channel) => _ = CloseAsync(group.Name, channel);

    public async ValueTask<IReadOnlyList<MessageQueueKey>> LockQueuesAsync(
        GroupHandle group, string clientId, IReadOnlyList<MessageQueueKey> queues) =>
        await caller.CallAsync(() => GroupOf(group.Name).Lock(clientId, [.. queues])).ConfigureAwait(false);

    public async ValueTask UnlockQueuesAsync(
        GroupHandle group, string clientId, IReadOnlyList<MessageQueueKey> queues) =>
        await caller.CallAsync(() => GroupOf(group.Name).Unlock(clientId, [.. queues])).ConfigureAwait(false);

    public ValueTask<string?> SetWritableAsync(string brokerName, bool isWritable) =>
        DecideClusterAsync(cluster => cluster.SetWritable(brokerName, isWritable));

    public ValueTask<string?> SetKeyValueAsync(string space, string key, string? value) =>
        DecideClusterAsync(cluster => cluster.SetKeyValue(space, key, value));

    public bool HasActors => true;

    public bool AskActor(string actor, TransactionQuestion question)
    {
        _ = checkers.AskAsync(actor, question);
        return true;
    }

    public ITransactionPeers TransactionPeers => peers;

    /// <summary>The groups' grains see to their members.</summary>
    public void ExpireMembers()
    {
    }

    private IConsumerGroupGrain GroupOf(string group) => grains.GetGrain<IConsumerGroupGrain>(group);

    private async Task CloseAsync(string group, ClientChannel channel)
    {
        try
        {
            await caller.CallAsync(() => GroupOf(group).ChannelClosed(channel)).ConfigureAwait(false);
        }
        catch (UndecidedException)
        {
            // Noted by the caller; the group finds out when no heartbeat comes any more.
        }
    }

    private async ValueTask<TopicResult> DecideAsync(string topic, Func<ITopicGrain, Task<TopicReply>> decide)
    {
        if (!TopicNames.IsValidTopic(topic, out string? problem))
            return new TopicResult(TopicStatus.Invalid, null, problem);

        try
        {
            TopicReply reply = await caller.CallAsync(() => decide(grains.GetGrain<ITopicGrain>(topic)))
                .ConfigureAwait(false);
            await ShowAsync(reply.DirectoryVersion).ConfigureAwait(false);
            return reply.Result;
        }
        catch (UndecidedException cause)
        {
            return new TopicResult(TopicStatus.Unavailable, null, cause.Message);
        }
    }

    private async ValueTask<SubscriptionGroupResult> DecideGroupAsync(
        string group, Func<IConsumerGroupGrain, Task<GroupReply>> decide)
    {
        if (!TopicNames.IsValidGroup(group, out string? problem))
            return new SubscriptionGroupResult(SubscriptionGroupStatus.Invalid, null, problem);

        try
        {
            GroupReply reply = await caller.CallAsync(() => decide(GroupOf(group))).ConfigureAwait(false);
            await ShowAsync(reply.DirectoryVersion).ConfigureAwait(false);
            return reply.Result;
        }
        catch (UndecidedException cause)
        {
            return new SubscriptionGroupResult(SubscriptionGroupStatus.Unavailable, null, cause.Message);
        }
    }

    private async ValueTask<string?> DecideClusterAsync(Func<IClusterGrain, Task<string?>> decide)
    {
        try
        {
            IClusterGrain cluster = grains.GetGrain<IClusterGrain>(IClusterGrain.Key);
            string? problem = await caller.CallAsync(() => decide(cluster)).ConfigureAwait(false);
            await broker.Refresher.TryRefreshAsync().ConfigureAwait(false);
            return problem;
        }
        catch (UndecidedException cause)
        {
            return cause.Message;
        }
    }

    private Task ShowAsync(long version) => broker.View.Version >= version
        ? Task.CompletedTask
        : caller.CallAsync(() => broker.Refresher.RefreshAsync(version));
}

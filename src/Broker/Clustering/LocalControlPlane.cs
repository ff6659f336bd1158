using OrleansMq.Broker.Assignments;
using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Broker.KeyValues;
using OrleansMq.Broker.Nodes;
using OrleansMq.Broker.Topics;
using OrleansMq.Broker.Transactions;
using OrleansMq.Protocol.Bodies;
using SubscriptionGroupConfig = OrleansMq.Broker.ConsumerGroups.SubscriptionGroupConfig;
using TopicConfig = OrleansMq.Broker.Topics.TopicConfig;

namespace OrleansMq.Broker.Clustering;

/// <summary>A cluster of one: the broker's own catalogs decide, and its files remember.</summary>
internal sealed class LocalControlPlane(BrokerNode node) : IControlPlane, IClusterRoutes
{
    private volatile bool _isWritable = true;

    public IClusterRoutes Routes => this;

    public IClusterClients Clients { get; } = new LocalClients(node);

    public IReadOnlyList<BrokerEntry> Brokers =>
        [new BrokerEntry(node.Identity.BrokerName, node.Identity.AddressText, _isWritable)];

    public IEnumerable<string> Topics => node.Topics.Topics.Select(topic => topic.Name);

    public KeyValueTable KeyValues => node.KeyValues.Table;

    public TopicRoute? Find(string topic) =>
        node.Topics.Find(topic) is { } handle ? new TopicRoute(handle.Config, Brokers) : null;

    public ValueTask<TopicResult> PutTopicAsync(TopicConfig topic) => ValueTask.FromResult(node.Topics.Put(topic));

    public ValueTask<TopicResult> DeleteTopicAsync(string topic)
    {
        TopicResult result = node.DeleteTopic(topic);
        if (result.Status == TopicStatus.Deleted)
            node.KeyValues.Prune(table => RequestModes.WithoutTopic(table, topic));
        return ValueTask.FromResult(result);
    }

    public ValueTask<TopicResult> FindOrCreateTopicAsync(string topic, string template, int requestedQueues) =>
        ValueTask.FromResult(node.Topics.FindOrCreate(topic, template, requestedQueues));

    public ValueTask<TopicResult> FindOrCreateRetryTopicAsync(string group, int queues) =>
        ValueTask.FromResult(node.Topics.FindOrCreateRetry(group, queues));

    public ValueTask<TopicResult> FindOrCreateDeadLetterTopicAsync(string group) =>
        ValueTask.FromResult(node.Topics.FindOrCreateDeadLetter(group));

    public ValueTask<SubscriptionGroupResult> PutGroupAsync(SubscriptionGroupConfig group) =>
        ValueTask.FromResult(node.Groups.Put(group));

    public ValueTask<SubscriptionGroupResult> DeleteGroupAsync(string group)
    {
        SubscriptionGroupResult result = node.DeleteGroup(group);
        if (result.Status == SubscriptionGroupStatus.Deleted)
            node.KeyValues.Prune(table => RequestModes.WithoutGroup(table, group));
        return ValueTask.FromResult(result);
    }

    public ValueTask<SubscriptionGroupResult> FindOrCreateGroupAsync(string group) =>
        ValueTask.FromResult(node.Groups.FindOrCreate(group));

    public ValueTask<string?> HeartbeatAsync(GroupHandle group, GroupMember member) =>
        ValueTask.FromResult(group.Heartbeat(member));

    public ValueTask ShowMembersAsync(string group) => ValueTask.CompletedTask;

    public ValueTask UnregisterAsync(GroupHandle group, string clientId)
    {
        group.Unregister(clientId);
        return ValueTask.CompletedTask;
    }

    public void ChannelClosed(GroupHandle group, ClientChannel channel) => group.ChannelClosed(channel);

    public ValueTask<IReadOnlyList<MessageQueueKey>> LockQueuesAsync(
        GroupHandle group, string clientId, IReadOnlyList<MessageQueueKey> queues) =>
        ValueTask.FromResult(group.LockQueues(clientId, queues));

    public ValueTask UnlockQueuesAsync(GroupHandle group, string clientId, IReadOnlyList<MessageQueueKey> queues)
    {
        group.UnlockQueues(clientId, queues);
        return ValueTask.CompletedTask;
    }

    public ValueTask<string?> SetWritableAsync(string brokerName, bool isWritable)
    {
        if (brokerName != node.Identity.BrokerName)
            return ValueTask.FromResult<string?>($"There is no broker '{brokerName}' here.");

        _isWritable = isWritable;
        return ValueTask.FromResult<string?>(null);
    }

    public ValueTask<string?> SetKeyValueAsync(string space, string key, string? value) =>
        ValueTask.FromResult(node.KeyValues.Set(space, key, value));

    public bool HasActors => false;

    public bool AskActor(string actor, TransactionQuestion question) => false;

    public ITransactionPeers TransactionPeers { get; set; } = new NoPeers();

    public void ExpireMembers()
    {
        foreach (GroupHandle group in node.Groups.Groups)
            group.Expire();
    }
}

using OrleansMq.Broker.Clustering;
using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Broker.Topics;
using OrleansMq.Broker.Transactions;
using OrleansMq.Protocol.Bodies;
using SubscriptionGroupConfig = OrleansMq.Broker.ConsumerGroups.SubscriptionGroupConfig;
using TopicConfig = OrleansMq.Broker.Topics.TopicConfig;

namespace OrleansMq.Gateway.Tests.Requests;

/// <summary>Decides as another does, once the test lets it; or cannot decide at all.</summary>
internal sealed class SlowControlPlane(IControlPlane inner) : IControlPlane
{
    private readonly TaskCompletionSource _decides = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _asked;

    public bool IsUnavailable { get; set; }

    public int Asked => Volatile.Read(ref _asked);

    public IClusterRoutes Routes => inner.Routes;

    public IClusterClients Clients => inner.Clients;

    /// <summary>What happens between a decision and its answer.</summary>
    public Action Decided { get; set; } = static () => { };

    public void Decide() => _decides.SetResult();

    public async ValueTask<TopicResult> FindOrCreateTopicAsync(string topic, string template, int requestedQueues)
    {
        await WaitAsync();
        return IsUnavailable
            ? new TopicResult(TopicStatus.Unavailable, null, "The cluster cannot decide now.")
            : await inner.FindOrCreateTopicAsync(topic, template, requestedQueues);
    }

    public async ValueTask<SubscriptionGroupResult> FindOrCreateGroupAsync(string group)
    {
        await WaitAsync();
        if (IsUnavailable)
        {
            return new SubscriptionGroupResult(
                SubscriptionGroupStatus.Unavailable, null, "The cluster cannot decide now.");
        }

        SubscriptionGroupResult result = await inner.FindOrCreateGroupAsync(group);
        Decided();
        return result;
    }

    public async ValueTask<string?> HeartbeatAsync(GroupHandle group, GroupMember member)
    {
        await WaitAsync();
        return await inner.HeartbeatAsync(group, member);
    }

    public ValueTask<string?> SetKeyValueAsync(string space, string key, string? value) =>
        inner.SetKeyValueAsync(space, key, value);

    public ValueTask<TopicResult> PutTopicAsync(TopicConfig topic) => inner.PutTopicAsync(topic);

    public ValueTask<TopicResult> DeleteTopicAsync(string topic) => inner.DeleteTopicAsync(topic);

    public ValueTask<TopicResult> FindOrCreateRetryTopicAsync(string group, int queues) =>
        inner.FindOrCreateRetryTopicAsync(group, queues);

    public ValueTask<TopicResult> FindOrCreateDeadLetterTopicAsync(string group) =>
        inner.FindOrCreateDeadLetterTopicAsync(group);

    public ValueTask<SubscriptionGroupResult> PutGroupAsync(SubscriptionGroupConfig group) => inner.PutGroupAsync(group);

    public ValueTask<SubscriptionGroupResult> DeleteGroupAsync(string group) => inner.DeleteGroupAsync(group);

    public ValueTask ShowMembersAsync(string group) => inner.ShowMembersAsync(group);

    public ValueTask UnregisterAsync(GroupHandle group, string clientId) => inner.UnregisterAsync(group, clientId);

    public void ChannelClosed(GroupHandle group, ClientChannel channel) => inner.ChannelClosed(group, channel);

    public ValueTask<IReadOnlyList<MessageQueueKey>> LockQueuesAsync(
        GroupHandle group, string clientId, IReadOnlyList<MessageQueueKey> queues) =>
        inner.LockQueuesAsync(group, clientId, queues);

    public ValueTask UnlockQueuesAsync(GroupHandle group, string clientId, IReadOnlyList<MessageQueueKey> queues) =>
        inner.UnlockQueuesAsync(group, clientId, queues);

    public ValueTask<string?> SetWritableAsync(string brokerName, bool isWritable) =>
        inner.SetWritableAsync(brokerName, isWritable);

    public bool HasActors => inner.HasActors;

    public bool AskActor(string actor, TransactionQuestion question) => inner.AskActor(actor, question);

    public ITransactionPeers TransactionPeers => inner.TransactionPeers;

    public void ExpireMembers() => inner.ExpireMembers();

    private Task WaitAsync()
    {
        Interlocked.Increment(ref _asked);
        return _decides.Task;
    }
}

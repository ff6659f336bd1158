using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Broker.Topics;
using OrleansMq.Broker.Transactions;
using OrleansMq.Protocol.Bodies;
using SubscriptionGroupConfig = OrleansMq.Broker.ConsumerGroups.SubscriptionGroupConfig;
using TopicConfig = OrleansMq.Broker.Topics.TopicConfig;

namespace OrleansMq.Broker.Clustering;

/// <summary>
/// What a broker does not decide alone when it is one of several: which topics and groups there are, who is a member,
/// who holds a queue. What is decided shows in the broker's catalogs once the call returns. Thread-safe; in one process
/// the calls complete at once.
/// </summary>
public interface IControlPlane
{
    /// <summary>What a name server answers.</summary>
    IClusterRoutes Routes { get; }

    /// <summary>The clients, whichever broker they are connected to.</summary>
    IClusterClients Clients { get; }

    /// <summary>Creates a topic or changes it, on every broker.</summary>
    ValueTask<TopicResult> PutTopicAsync(TopicConfig topic);

    /// <summary>Deletes a topic with its queues, on every broker.</summary>
    ValueTask<TopicResult> DeleteTopicAsync(string topic);

    /// <summary>Finds a topic or creates it from its template, see <see cref="TopicRegistry.FindOrCreate"/>.</summary>
    ValueTask<TopicResult> FindOrCreateTopicAsync(string topic, string template, int requestedQueues);

    /// <summary>The retry topic of a group; this broker gets its queues if it has none.</summary>
    ValueTask<TopicResult> FindOrCreateRetryTopicAsync(string group, int queues);

    /// <summary>The dead-letter topic of a group; this broker gets its queue if it has none.</summary>
    ValueTask<TopicResult> FindOrCreateDeadLetterTopicAsync(string group);

    /// <summary>Creates a group or changes its settings.</summary>
    ValueTask<SubscriptionGroupResult> PutGroupAsync(SubscriptionGroupConfig group);

    /// <summary>Deletes a group with its offsets.</summary>
    ValueTask<SubscriptionGroupResult> DeleteGroupAsync(string group);

    /// <summary>Finds a group, or creates it with the defaults if that is allowed.</summary>
    ValueTask<SubscriptionGroupResult> FindOrCreateGroupAsync(string group);

    /// <summary>Takes in a heartbeat of a known group; the problem if it is refused.</summary>
    ValueTask<string?> HeartbeatAsync(GroupHandle group, GroupMember member);

    /// <summary>
    /// Shows at this broker the members as they are now: another broker's member may not have been told of here yet.
    /// </summary>
    ValueTask ShowMembersAsync(string group);

    /// <summary>A client says goodbye to its group.</summary>
    ValueTask UnregisterAsync(GroupHandle group, string clientId);

    /// <summary>A connection to this broker closed. Returns at once.</summary>
    void ChannelClosed(GroupHandle group, ClientChannel channel);

    /// <summary>Locks queues for a member and returns those it holds now.</summary>
    ValueTask<IReadOnlyList<MessageQueueKey>> LockQueuesAsync(
        GroupHandle group, string clientId, IReadOnlyList<MessageQueueKey> queues);

    /// <summary>Gives up queues.</summary>
    ValueTask UnlockQueuesAsync(GroupHandle group, string clientId, IReadOnlyList<MessageQueueKey> queues);

    /// <summary>
    /// Takes a broker out of the routes of producers, or puts it back; the problem if it is refused.
    /// </summary>
    ValueTask<string?> SetWritableAsync(string brokerName, bool isWritable);

    /// <summary>
    /// Sets what the name service keeps under a key, or removes it if the value is null; the problem if it is refused.
    /// </summary>
    ValueTask<string?> SetKeyValueAsync(string space, string key, string? value);

    /// <summary>Whether virtual actors can be asked.</summary>
    bool HasActors { get; }

    /// <summary>
    /// Has a virtual actor of the application asked what became of a transaction; its answer ends the transaction
    /// later. Returns at once; false where there are no actors.
    /// </summary>
    bool AskActor(string actor, TransactionQuestion question);

    /// <summary>The other brokers, as far as transactions are concerned.</summary>
    ITransactionPeers TransactionPeers { get; }

    /// <summary>Removes members that fell silent. Called every few seconds; returns at once.</summary>
    void ExpireMembers();
}

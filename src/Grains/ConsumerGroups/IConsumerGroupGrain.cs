using OrleansMq.Broker.Clustering;
using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Protocol.Bodies;
using SubscriptionGroupConfig = OrleansMq.Broker.ConsumerGroups.SubscriptionGroupConfig;

namespace OrleansMq.Grains.ConsumerGroups;

/// <summary>
/// A consumer group: settings, members, locks, committed offsets. The key is its name. Settings and locks are in the
/// database before they are answered; members within a second and reported offsets within OffsetSaveInterval.
/// </summary>
[Alias("OrleansMq.ConsumerGroup")]
public interface IConsumerGroupGrain : IGrainWithStringKey
{
    /// <summary>Creates the group or changes its settings.</summary>
    [Alias("Put")]
    Task<GroupReply> Put(SubscriptionGroupConfig group);

    /// <summary>Finds the group, or creates it with the defaults if that is allowed.</summary>
    [Alias("FindOrCreate")]
    Task<GroupReply> FindOrCreate();

    /// <summary>Deletes the group with its offsets.</summary>
    [Alias("Delete")]
    Task<GroupReply> Delete();

    /// <summary>Takes in a heartbeat.</summary>
    /// <param name="member">The member and its connection.</param>
    /// <param name="knownEpoch">
    /// The epoch that the broker shows, so that it gets the members only if they changed.
    /// </param>
    [Alias("Heartbeat")]
    Task<HeartbeatReply> Heartbeat(GroupMember member, long knownEpoch);

    /// <summary>A client says goodbye.</summary>
    [Alias("Unregister")]
    Task Unregister(string clientId);

    /// <summary>A connection closed.</summary>
    [Alias("ChannelClosed")]
    Task ChannelClosed(ClientChannel channel);

    /// <summary>Locks queues for a member and returns those it holds now.</summary>
    [Alias("Lock")]
    Task<MessageQueueKey[]> Lock(string clientId, MessageQueueKey[] queues);

    /// <summary>Gives up queues.</summary>
    [Alias("Unlock")]
    Task Unlock(string clientId, MessageQueueKey[] queues);

    /// <summary>
    /// A broker has started: takes in what it knows of its queues' offsets, and gives back what is known of them here.
    /// </summary>
    [Alias("Attach")]
    Task<AttachReply> Attach(string brokerName, OffsetChanges known);

    /// <summary>Takes in what a broker's queues committed. A broker reports one thing at a time.</summary>
    [Alias("Report")]
    Task Report(string brokerName, OffsetChanges changes);

    /// <summary>The members as they are now.</summary>
    [Alias("Read")]
    Task<GroupSnapshot> Read();

    /// <summary>The committed offset of a queue as reported last, or null.</summary>
    [Alias("QueryOffset")]
    Task<long?> QueryOffset(MessageQueueKey queue);
}

/// <summary>What a group decided about its settings.</summary>
/// <param name="Result">The decision.</param>
/// <param name="DirectoryVersion">The version of the cluster's directory that has it.</param>
[GenerateSerializer, Immutable, Alias("OrleansMq.GroupReply")]
public readonly record struct GroupReply(
    [property: Id(0)] SubscriptionGroupResult Result, [property: Id(1)] long DirectoryVersion);

/// <summary>What a group answers to a heartbeat.</summary>
/// <param name="Problem">Why it was refused; null when it was not.</param>
/// <param name="Members">The members, if the broker does not show them yet.</param>
[GenerateSerializer, Immutable, Alias("OrleansMq.HeartbeatReply")]
public readonly record struct HeartbeatReply(
    [property: Id(0)] string? Problem, [property: Id(1)] GroupSnapshot? Members);

/// <summary>What a group tells a broker that has just started.</summary>
/// <param name="Members">The members.</param>
/// <param name="Progress">The offsets of the broker's queues.</param>
[GenerateSerializer, Immutable, Alias("OrleansMq.AttachReply")]
public readonly record struct AttachReply(
    [property: Id(0)] GroupSnapshot Members, [property: Id(1)] QueueProgress[] Progress);

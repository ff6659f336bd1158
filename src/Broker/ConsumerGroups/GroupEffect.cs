using OrleansMq.Protocol.Bodies;

namespace OrleansMq.Broker.ConsumerGroups;

/// <summary>Something that the shell of a group must do or may log after a call.</summary>
public abstract record GroupEffect;

/// <summary>
/// Members or topics changed: tell each of these connections once (code 40), so that the clients share out the queues
/// again. Nobody is told in a broadcasting group.
/// </summary>
/// <param name="Epoch">The group's epoch after the change.</param>
/// <param name="Channels">The connections of all members, the one that caused the change included.</param>
public sealed record MembersChanged(long Epoch, IReadOnlyList<ClientChannel> Channels) : GroupEffect;

/// <summary>What the group wants of a topic changed.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Before">What it wanted before; null when the topic is new.</param>
/// <param name="After">What it wants now; null when it wants the topic no longer.</param>
public sealed record SubscriptionChanged(string Topic, Subscription? Before, Subscription? After) : GroupEffect;

/// <summary>A member left and its queue locks with it.</summary>
/// <param name="ClientId">The member.</param>
/// <param name="Queues">The queues that are free now.</param>
public sealed record LocksReleased(string ClientId, IReadOnlyList<MessageQueueKey> Queues) : GroupEffect;

/// <summary>
/// A connection of a member was silent for too long: close it, so that the client notices and comes again. The member
/// stays while another of its connections is alive.
/// </summary>
/// <param name="ClientId">The member.</param>
/// <param name="Channel">The connection.</param>
public sealed record ChannelExpired(string ClientId, ClientChannel Channel) : GroupEffect;

namespace OrleansMq.Broker.ConsumerGroups;

/// <summary>A member that does not subscribe as its group does, which loses messages for some. For logs.</summary>
/// <param name="ClientId">The member.</param>
/// <param name="Topic">The topic; empty when the message model differs.</param>
/// <param name="OfMember">What the member wants; null when it does not subscribe to the topic.</param>
/// <param name="OfGroup">What the group wants; null when it does not subscribe to the topic.</param>
public readonly record struct SubscriptionConflict(string ClientId, string Topic, string? OfMember, string? OfGroup);

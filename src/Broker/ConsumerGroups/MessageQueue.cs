namespace OrleansMq.Broker.ConsumerGroups;

/// <summary>A queue of a topic on a broker.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="BrokerName">The broker.</param>
/// <param name="QueueId">The queue, 0 and up.</param>
public readonly record struct MessageQueue(string Topic, string BrokerName, int QueueId);

namespace OrleansMq.Broker.ConsumerGroups;

/// <summary>A connection of a client to one of the brokers of a cluster.</summary>
/// <param name="BrokerName">The broker.</param>
/// <param name="Id">What the broker's host calls the connection; never used twice while the host runs.</param>
public readonly record struct ClientChannel(string BrokerName, long Id);

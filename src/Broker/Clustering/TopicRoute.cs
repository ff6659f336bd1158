using OrleansMq.Broker.Topics;

namespace OrleansMq.Broker.Clustering;

/// <summary>Where a topic lives.</summary>
/// <param name="Topic">Its settings, the same on every broker.</param>
/// <param name="Brokers">The brokers that serve it now.</param>
public sealed record TopicRoute(TopicConfig Topic, IReadOnlyList<BrokerEntry> Brokers);

using OrleansMq.Broker.KeyValues;

namespace OrleansMq.Broker.Clustering;

/// <summary>What a name server answers. Thread-safe; never waits for another machine.</summary>
public interface IClusterRoutes
{
    /// <summary>The brokers that are there now, sorted by name.</summary>
    IReadOnlyList<BrokerEntry> Brokers { get; }

    /// <summary>The names of all topics, those without a broker included.</summary>
    IEnumerable<string> Topics { get; }

    /// <summary>The settings that are kept for clients.</summary>
    KeyValueTable KeyValues { get; }

    /// <summary>Where a topic lives; null when it is unknown.</summary>
    TopicRoute? Find(string topic);
}

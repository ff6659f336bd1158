using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Broker.KeyValues;
using OrleansMq.Broker.Topics;

namespace OrleansMq.Broker.Clustering;

/// <summary>A broker as it registers with its cluster.</summary>
/// <param name="Name">The name, which stays while address and silo change.</param>
/// <param name="Address">Where clients reach it: IP address and port.</param>
/// <param name="Silo">The silo that owns its log, as Orleans writes its address; empty while none does.</param>
/// <param name="IsWritable">Whether producers should send to it.</param>
public sealed record BrokerRegistration(string Name, string Address, string Silo, bool IsWritable = true)
{
    /// <summary>The broker is closed.</summary>
    public const string NoSilo = "";

    /// <summary>What clients are told.</summary>
    public BrokerEntry Entry => new(Name, Address, IsWritable);
}

/// <summary>A topic of a cluster and who serves it.</summary>
/// <param name="Name">The topic.</param>
/// <param name="Config">Its settings, the same on every broker; null once it is deleted.</param>
/// <param name="Brokers">The names of the brokers that have queues of it, sorted.</param>
/// <param name="Version">Grows with every change, beyond deletion and creation.</param>
public sealed record TopicEntry(string Name, TopicConfig? Config, IReadOnlyList<string> Brokers, long Version);

/// <summary>A consumer group of a cluster.</summary>
/// <param name="Name">The group.</param>
/// <param name="Config">Its settings; null once it is deleted.</param>
/// <param name="Version">Grows with every change, beyond deletion and creation.</param>
public sealed record GroupEntry(string Name, SubscriptionGroupConfig? Config, long Version);

/// <summary>What changed in a directory.</summary>
/// <param name="After">The version to which the changes apply; 0 if they are everything there is.</param>
/// <param name="Version">The directory's version with them.</param>
/// <param name="Brokers">All brokers.</param>
/// <param name="Topics">Topics created, changed or deleted.</param>
/// <param name="Groups">Groups created, changed or deleted.</param>
/// <param name="KeyValues">All settings kept for clients if one of them changed, else null.</param>
public sealed record DirectoryChanges(
    long After, long Version, IReadOnlyList<BrokerRegistration> Brokers, IReadOnlyList<TopicEntry> Topics,
    IReadOnlyList<GroupEntry> Groups, KeyValueTable? KeyValues = null);

using OrleansMq.Broker.Clustering;

namespace OrleansMq.Grains.Clusters;

/// <summary>
/// The cluster: its brokers, and the list of its topics and groups. One grain, key <see cref="Key"/>. What it answers
/// is in the database.
/// </summary>
[Alias("OrleansMq.Cluster")]
public interface IClusterGrain : IGrainWithStringKey
{
    /// <summary>The key of the only grain.</summary>
    public const string Key = "cluster";

    /// <summary>Takes a broker in, or its new address; why it was refused, or null.</summary>
    [Alias("Register")]
    Task<string?> Register(BrokerRegistration broker);

    /// <summary>A silo has closed its broker.</summary>
    [Alias("Release")]
    Task Release(string brokerName, string silo);

    /// <summary>Drains a broker, or ends that; why it was refused, or null.</summary>
    [Alias("SetWritable")]
    Task<string?> SetWritable(string brokerName, bool isWritable);

    /// <summary>
    /// Sets what the name service keeps under a key, or removes it if the value is null; why it was refused, or null.
    /// </summary>
    [Alias("SetKeyValue")]
    Task<string?> SetKeyValue(string space, string key, string? value);

    /// <summary>Takes a topic's newest entry.</summary>
    [Alias("AnnounceTopic")]
    Task<Announcement> AnnounceTopic(TopicEntry topic);

    /// <summary>Takes a group's newest entry.</summary>
    [Alias("AnnounceGroup")]
    Task<Announcement> AnnounceGroup(GroupEntry group);

    /// <summary>The names of all brokers, those that are away included.</summary>
    [Alias("GetBrokerNames")]
    Task<string[]> GetBrokerNames();

    /// <summary>What changed since a version; everything since 0.</summary>
    [Alias("ChangesSince")]
    Task<DirectoryChanges> ChangesSince(long version);
}

/// <summary>What became of an announcement.</summary>
/// <param name="Problem">Why it was refused; null when it was not.</param>
/// <param name="DirectoryVersion">The version of the directory that has it.</param>
[GenerateSerializer, Immutable, Alias("OrleansMq.Announcement")]
public readonly record struct Announcement(
    [property: Id(0)] string? Problem, [property: Id(1)] long DirectoryVersion);

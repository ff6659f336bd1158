using OrleansMq.Broker.ConsumerGroups;

namespace OrleansMq.Broker.Clustering;

/// <summary>
/// The settings of one consumer group of a cluster: decides as <see cref="SubscriptionGroupRegistry"/> does. Not
/// thread-safe.
/// </summary>
public sealed class ClusterGroup
{
    private readonly SubscriptionGroupRegistry _registry;

    /// <summary>Goes on from an entry.</summary>
    public ClusterGroup(GroupEntry entry, BrokerOptions options)
    {
        Entry = entry;
        _registry = new SubscriptionGroupRegistry(options);
        if (entry.Config is not null)
            _registry.Follow(entry.Config, 0);
    }

    /// <summary>The group as it is now.</summary>
    public GroupEntry Entry { get; private set; }

    /// <summary>Creates the group or changes its settings.</summary>
    public SubscriptionGroupResult Put(SubscriptionGroupConfig group, long nowMilliseconds) =>
        Follow(_registry.Put(group, nowMilliseconds));

    /// <summary>Finds the group, or creates it with the defaults if that is allowed.</summary>
    public SubscriptionGroupResult FindOrCreate(long nowMilliseconds) =>
        Follow(_registry.FindOrCreate(Entry.Name, nowMilliseconds));

    /// <summary>Deletes the group.</summary>
    public SubscriptionGroupResult Delete(long nowMilliseconds) =>
        Follow(_registry.Delete(Entry.Name, nowMilliseconds));

    private SubscriptionGroupResult Follow(SubscriptionGroupResult result)
    {
        bool isDeleted = result.Status == SubscriptionGroupStatus.Deleted;
        if (result.Problem is null && (result.IsChange || Entry.Config is null))
            Entry = new GroupEntry(Entry.Name, isDeleted ? null : result.Group, Entry.Version + 1);
        return result;
    }
}

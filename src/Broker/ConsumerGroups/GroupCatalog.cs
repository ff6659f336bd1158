using System.Collections.Concurrent;
using OrleansMq.Broker.Metadata;
using OrleansMq.Broker.Offsets;
using OrleansMq.Storage.ConsumeQueues;

namespace OrleansMq.Broker.ConsumerGroups;

/// <summary>All consumer groups of a broker. Lookups take no lock; settings are on disk before they take effect.</summary>
public sealed class GroupCatalog
{
    private readonly Lock _lock = new();
    private readonly SubscriptionGroupRegistry _registry;
    private readonly MetadataFile _file;
    private readonly BrokerOptions _options;
    private readonly IClientChannels _channels;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<string, GroupHandle> _handles = new(TopicKeyComparer.Instance);
    private readonly ConcurrentDictionary<string, GroupHandle>.AlternateLookup<ReadOnlySpan<byte>> _handlesByUtf8;

    internal GroupCatalog(
        SubscriptionGroupRegistry registry, MetadataFile file, BrokerOptions options, IClientChannels channels,
        TimeProvider time)
    {
        _registry = registry;
        _file = file;
        _options = options;
        _channels = channels;
        _time = time;
        _handlesByUtf8 = _handles.GetAlternateLookup<ReadOnlySpan<byte>>();
        foreach (SubscriptionGroupConfig group in registry.Groups)
            _handles[group.Name] = new GroupHandle(group, options, channels, time);
    }

    /// <summary>The version of the table of settings.</summary>
    public DataVersion Version
    {
        get
        {
            lock (_lock)
                return _registry.Version;
        }
    }

    /// <summary>All groups as of now.</summary>
    public IEnumerable<GroupHandle> Groups => _handles.Values;

    private long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>A group by its name in UTF-8, or null.</summary>
    public GroupHandle? Find(ReadOnlySpan<byte> group) =>
        _handlesByUtf8.TryGetValue(group, out GroupHandle? handle) ? handle : null;

    /// <summary>A group by its name, or null.</summary>
    public GroupHandle? Find(string group) => _handles.GetValueOrDefault(group);

    /// <summary>A group, created with the defaults if it is unknown and that is allowed; null with the problem if not.</summary>
    public GroupHandle? FindOrCreate(string group, out string? problem)
    {
        problem = null;
        if (_handles.TryGetValue(group, out GroupHandle? handle))
            return handle;

        problem = Change(registry => registry.FindOrCreate(group, Now)).Problem;
        return problem is null ? _handles[group] : null;
    }

    /// <summary>Creates a group or changes its settings.</summary>
    public SubscriptionGroupResult Put(SubscriptionGroupConfig group) => Change(registry => registry.Put(group, Now));

    /// <summary>Deletes a group with its offsets.</summary>
    public SubscriptionGroupResult Delete(string group) => Change(registry => registry.Delete(group, Now));

    /// <summary>The committed offsets of all groups, to be persisted.</summary>
    internal OffsetTable SnapshotOffsets(DataVersion version)
    {
        var offsets = new List<CommittedOffset>();
        foreach (GroupHandle handle in _handles.Values)
        {
            offsets.AddRange(handle.Read(group => group.Offsets.Topics.SelectMany(topic => group.Offsets.OfTopic(topic)
                .Select(queue => new CommittedOffset(group.Name, topic, queue.Key, queue.Value))).ToArray()));
        }

        return new OffsetTable(offsets, version);
    }

    private SubscriptionGroupResult Change(Func<SubscriptionGroupRegistry, SubscriptionGroupResult> change)
    {
        lock (_lock)
        {
            SubscriptionGroupResult result = change(_registry);
            SubscriptionGroupConfig? group = result.Group;
            if (group is null)
                return result;
            if (result.IsChange)
                _file.Save(SubscriptionGroupsFile.Encode(_registry.Snapshot()));

            if (result.Status == SubscriptionGroupStatus.Deleted)
                _handles.TryRemove(group.Name, out _);
            else if (_handles.TryGetValue(group.Name, out GroupHandle? handle))
                handle.Config = group;
            else
                _handles[group.Name] = new GroupHandle(group, _options, _channels, _time);
            return result;
        }
    }
}

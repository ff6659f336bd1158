using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using OrleansMq.Broker.Metadata;
using OrleansMq.Broker.Offsets;
using OrleansMq.Storage.ConsumeQueues;

namespace OrleansMq.Broker.ConsumerGroups;

/// <summary>
/// The shell around <see cref="SubscriptionGroupRegistry"/>: one change of settings at a time, each on disk before it
/// takes effect, and lookups that take no lock.
/// </summary>
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
    private readonly ILogger _logger;
    private bool _isUnsaved;

    internal GroupCatalog(
        SubscriptionGroupRegistry registry, MetadataFile file, BrokerOptions options, IClientChannels channels,
        TimeProvider time, ILogger logger)
    {
        _registry = registry;
        _file = file;
        _options = options;
        _channels = channels;
        _time = time;
        _logger = logger;
        _handlesByUtf8 = _handles.GetAlternateLookup<ReadOnlySpan<byte>>();
        foreach (SubscriptionGroupConfig group in registry.Groups)
            _handles[group.Name] = new GroupHandle(group, options, channels, time, logger);
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

    /// <summary>Finds a group, or creates it with the defaults if that is allowed.</summary>
    public SubscriptionGroupResult FindOrCreate(string group) =>
        _handles.TryGetValue(group, out GroupHandle? handle)
            ? new SubscriptionGroupResult(SubscriptionGroupStatus.Found, handle.Config, null)
            : Change(group, registry => registry.FindOrCreate(group, Now));

    /// <summary>Creates a group or changes its settings.</summary>
    public SubscriptionGroupResult Put(SubscriptionGroupConfig group) =>
        Change(group.Name, registry => registry.Put(group, Now));

    /// <summary>Shows groups as they were decided elsewhere, and hides those that are no more.</summary>
    public void Follow(IReadOnlyCollection<SubscriptionGroupConfig> groups, IReadOnlyCollection<string> deleted)
    {
        lock (_lock)
        {
            foreach (SubscriptionGroupConfig group in groups)
                _isUnsaved |= _registry.Follow(group, Now);
            foreach (string group in deleted)
                _isUnsaved |= _registry.Delete(group, Now).IsChange;
            Save();
            foreach (string group in groups.Select(group => group.Name).Concat(deleted))
                Follow(group, _registry.Find(group));
        }
    }

    /// <summary>Deletes a group with its offsets.</summary>
    public SubscriptionGroupResult Delete(string group) =>
        Change(group, registry => registry.Delete(group, Now));

    /// <summary>The committed offsets of all groups, to be persisted.</summary>
    public OffsetTable SnapshotOffsets(DataVersion version)
    {
        var offsets = new List<CommittedOffset>();
        var resets = new List<GroupReset>();
        foreach (GroupHandle handle in _handles.Values)
        {
            offsets.AddRange(handle.ReadOffsets(table => table.All)
                .Select(queue => new CommittedOffset(handle.Name, queue.Topic, queue.QueueId, queue.Offset)));
            resets.AddRange(handle.ReadOffsets(table => table.Resets)
                .Select(reset => new GroupReset(handle.Name, reset)));
        }

        return new OffsetTable(offsets, version) { Resets = resets };
    }

    private SubscriptionGroupResult Change(
        string group, Func<SubscriptionGroupRegistry, SubscriptionGroupResult> change)
    {
        lock (_lock)
        {
            SubscriptionGroupResult result = change(_registry);

            _isUnsaved |= result.IsChange;
            Save();
            Follow(group, _registry.Find(group));
            return result;
        }
    }

    /// <summary>
    /// A change whose file could not be written is written, and takes effect, with the next call for the group.
    /// </summary>
    private void Save()
    {
        if (_isUnsaved)
            _file.Save(SubscriptionGroupsFile.Encode(_registry.Snapshot()));
        _isUnsaved = false;
    }

    private void Follow(string group, SubscriptionGroupConfig? config)
    {
        if (config is null)
            _handles.TryRemove(group, out _);
        else if (_handles.TryGetValue(group, out GroupHandle? handle))
            handle.Config = config;
        else
            _handles[group] = new GroupHandle(config, _options, _channels, _time, _logger);
    }
}

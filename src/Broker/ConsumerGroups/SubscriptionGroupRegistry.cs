using OrleansMq.Broker.Metadata;
using OrleansMq.Messages.Topics;

namespace OrleansMq.Broker.ConsumerGroups;

/// <summary>The consumer groups that a broker knows and their settings; keeps no files. Not thread-safe.</summary>
public sealed class SubscriptionGroupRegistry
{
    /// <summary>What the names of RocketMQ's own groups begin with.</summary>
    public const string SystemPrefix = "CID_RMQ_SYS_";

    private static readonly string[] SystemGroups =
    [
        "TOOLS_CONSUMER", "SELF_TEST_C_GROUP", "CID_ONS-HTTP-PROXY", "CID_ONSAPI_PULL", "CID_ONSAPI_PERMISSION",
        "CID_ONSAPI_OWNER", SystemPrefix + "TRANS",
    ];

    private readonly BrokerOptions _options;
    private readonly Dictionary<string, SubscriptionGroupConfig> _groups = new(StringComparer.Ordinal);

    /// <summary>Starts with the groups that tools use.</summary>
    public SubscriptionGroupRegistry(BrokerOptions options)
    {
        _options = options;
        foreach (string group in SystemGroups)
            _groups.Add(group, new SubscriptionGroupConfig { Name = group });
    }

    /// <summary>The version of the table; differs after every change.</summary>
    public DataVersion Version { get; private set; }

    /// <summary>All groups, in no order. Not to be walked while groups are changed.</summary>
    public IReadOnlyCollection<SubscriptionGroupConfig> Groups => _groups.Values;

    /// <summary>Whether a group is RocketMQ's own.</summary>
    public static bool IsSystem(string group) =>
        group.StartsWith(SystemPrefix, StringComparison.Ordinal) || SystemGroups.Contains(group);

    /// <summary>A group by its name, or null.</summary>
    public SubscriptionGroupConfig? Find(string group) => _groups.GetValueOrDefault(group);

    /// <summary>Finds a group that a client names, or creates it with the defaults if that is allowed.</summary>
    public SubscriptionGroupResult FindOrCreate(string group, long nowMilliseconds)
    {
        if (_groups.TryGetValue(group, out SubscriptionGroupConfig? found))
            return new SubscriptionGroupResult(SubscriptionGroupStatus.Found, found, null);
        if (!TopicNames.IsValidGroup(group, out string? problem))
            return SubscriptionGroupResult.Refuse(SubscriptionGroupStatus.Invalid, problem);
        return _options.AutoCreateGroups || IsSystem(group)
            ? Store(new SubscriptionGroupConfig { Name = group }, nowMilliseconds)
            : SubscriptionGroupResult.Refuse(
                SubscriptionGroupStatus.NotFound,
                $"The group '{group}' does not exist and groups are not created automatically; create it first.");
    }

    /// <summary>Creates a group or changes all its settings, as an operator asks for it.</summary>
    public SubscriptionGroupResult Put(SubscriptionGroupConfig group, long nowMilliseconds)
    {
        if (!TopicNames.IsValidGroup(group.Name, out string? problem))
            return SubscriptionGroupResult.Refuse(SubscriptionGroupStatus.Invalid, problem);
        return FindProblem(group) is { } wrong
            ? SubscriptionGroupResult.Refuse(SubscriptionGroupStatus.Invalid, wrong)
            : Store(group, nowMilliseconds);
    }

    /// <summary>Deletes a group's settings. Its offsets and topics are the caller's to remove.</summary>
    public SubscriptionGroupResult Delete(string group, long nowMilliseconds)
    {
        if (!_groups.Remove(group, out SubscriptionGroupConfig? deleted))
        {
            return SubscriptionGroupResult.Refuse(
                SubscriptionGroupStatus.NotFound, $"The group '{group}' does not exist.");
        }

        Version = Version.Next(nowMilliseconds);
        return new SubscriptionGroupResult(SubscriptionGroupStatus.Deleted, deleted, null);
    }

    /// <summary>Takes over a group that was decided elsewhere; whether something changed.</summary>
    public bool Follow(SubscriptionGroupConfig group, long nowMilliseconds)
    {
        if (_groups.TryGetValue(group.Name, out SubscriptionGroupConfig? old) && old.Equals(group))
            return false;

        _groups[group.Name] = group;
        Version = Version.Next(nowMilliseconds);
        return true;
    }

    /// <summary>Takes over persisted groups.</summary>
    public void Restore(SubscriptionGroupTable table)
    {
        foreach (SubscriptionGroupConfig group in table.Groups)
            _groups[group.Name] = group;
        Version = table.Version;
    }

    /// <summary>The groups and their version, to be persisted.</summary>
    public SubscriptionGroupTable Snapshot() =>
        new([.. _groups.Values.OrderBy(group => group.Name, StringComparer.Ordinal)], Version);

    private SubscriptionGroupResult Store(SubscriptionGroupConfig group, long nowMilliseconds)
    {
        bool isThere = _groups.TryGetValue(group.Name, out SubscriptionGroupConfig? old);
        if (isThere && old!.Equals(group))
            return new SubscriptionGroupResult(SubscriptionGroupStatus.Found, old, null);
        if (!isThere && _groups.Count >= _options.MaxConsumerGroups)
        {
            return SubscriptionGroupResult.Refuse(
                SubscriptionGroupStatus.LimitReached,
                $"The broker has {_groups.Count} consumer groups, the most it may have; raise MaxConsumerGroups.");
        }

        _groups[group.Name] = group;
        Version = Version.Next(nowMilliseconds);
        return new SubscriptionGroupResult(
            isThere ? SubscriptionGroupStatus.Updated : SubscriptionGroupStatus.Created, group, null);
    }

    private string? FindProblem(SubscriptionGroupConfig group)
    {
        if (group.RetryQueues < 0 || group.RetryQueues > _options.MaxQueuesPerTopic)
        {
            return $"The group '{group.Name}' asks for {group.RetryQueues} retry queues; "
                + $"ask for 0 to {_options.MaxQueuesPerTopic}.";
        }

        if (group.ConsumeTimeoutMinutes < 1)
        {
            return $"The group '{group.Name}' asks for a consume timeout of {group.ConsumeTimeoutMinutes} minutes; "
                + "ask for 1 or more.";
        }

        return group.Attributes.Count > _options.MaxAttributes
            ? $"The group '{group.Name}' has {group.Attributes.Count} attributes; allowed are {_options.MaxAttributes}."
            : null;
    }
}

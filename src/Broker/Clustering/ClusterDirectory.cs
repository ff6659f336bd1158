using System.Collections.Immutable;
using OrleansMq.Broker.Assignments;
using OrleansMq.Broker.KeyValues;

namespace OrleansMq.Broker.Clustering;

/// <summary>
/// The brokers, topics and groups of a cluster: the truth behind every name-service answer. Immutable, each change
/// gives a new one; serialises to JSON as it is.
/// </summary>
public sealed record ClusterDirectory
{
    /// <summary>
    /// How many deleted topics and groups are remembered, so that brokers that were away learn of it.
    /// </summary>
    public const int MaxTombstones = 10_000;

    /// <summary>Grows by one with every change.</summary>
    public long Version { get; init; }

    /// <summary>Deletions up to this version may be forgotten: whoever knows less needs everything.</summary>
    public long ForgottenUntil { get; init; }

    /// <summary>The brokers by name.</summary>
    public ImmutableSortedDictionary<string, BrokerRegistration> Brokers { get; init; } =
        ImmutableSortedDictionary.Create<string, BrokerRegistration>(StringComparer.Ordinal);

    /// <summary>The topics by name, deleted ones included, with the version that changed them.</summary>
    public ImmutableDictionary<string, Dated<TopicEntry>> Topics { get; init; } =
        ImmutableDictionary.Create<string, Dated<TopicEntry>>(StringComparer.Ordinal);

    /// <summary>The groups by name, deleted ones included, with the version that changed them.</summary>
    public ImmutableDictionary<string, Dated<GroupEntry>> Groups { get; init; } =
        ImmutableDictionary.Create<string, Dated<GroupEntry>>(StringComparer.Ordinal);

    /// <summary>The settings that the name service keeps for clients.</summary>
    public KeyValueTable KeyValues { get; init; } = new();

    /// <summary>The version that changed the settings last.</summary>
    public long KeyValuesChangedAt { get; init; }

    /// <summary>
    /// Takes a broker in, or takes note of its new silo or address. It stays drained if it was. Refused while another
    /// silo that is alive has the name.
    /// </summary>
    /// <param name="broker">The broker.</param>
    /// <param name="isAlive">Whether a silo is alive.</param>
    /// <param name="problem">Why it was refused; null otherwise.</param>
    public ClusterDirectory Register(BrokerRegistration broker, Func<string, bool> isAlive, out string? problem)
    {
        BrokerRegistration? known = Brokers.GetValueOrDefault(broker.Name);
        problem = known is not null && known.Silo != broker.Silo && isAlive(known.Silo)
            ? $"The broker name '{broker.Name}' belongs to the silo {known.Silo} at {known.Address}, which is alive. "
                + "Give each silo a BrokerName of its own."
            : null;
        return problem is null ? With(broker with { IsWritable = known?.IsWritable ?? broker.IsWritable }) : this;
    }

    /// <summary>
    /// Takes note that a broker was closed, so that another silo may open it; only its owner can say so.
    /// </summary>
    public ClusterDirectory Release(string brokerName, string silo) =>
        Brokers.GetValueOrDefault(brokerName) is { } known && known.Silo == silo
            ? With(known with { Silo = BrokerRegistration.NoSilo })
            : this;

    /// <summary>Drains a broker, or ends that.</summary>
    public ClusterDirectory SetWritable(string brokerName, bool isWritable, out string? problem)
    {
        BrokerRegistration? known = Brokers.GetValueOrDefault(brokerName);
        problem = known is null
            ? $"There is no broker '{brokerName}'; there are {string.Join(", ", Brokers.Keys)}."
            : null;
        return known is null ? this : With(known with { IsWritable = isWritable });
    }

    /// <summary>Sets what is kept under a key, or removes it if the value is null.</summary>
    public ClusterDirectory SetKeyValue(
        string space, string key, string? value, KeyValueOptions options, out string? problem)
    {
        problem = null;
        KeyValueTable changed = value is null
            ? KeyValues.Delete(space, key)
            : KeyValues.Put(space, key, value, options, out problem);
        return changed == KeyValues ? this : With(changed, Version + 1);
    }

    /// <summary>Takes a topic's newest entry; an older one changes nothing.</summary>
    public ClusterDirectory Announce(TopicEntry topic, BrokerOptions options, out string? problem)
    {
        Dated<TopicEntry>? known = Topics.GetValueOrDefault(topic.Name);
        problem = known is null && Topics.Count >= options.MaxTopics
            ? $"The cluster has {Topics.Count} topics, the most it may have; delete some or raise MaxTopics."
            : null;
        if (problem is not null || known?.Entry.Version >= topic.Version)
            return this;

        long version = Version + 1;
        return (With(topic.Config is null ? RequestModes.WithoutTopic(KeyValues, topic.Name) : KeyValues, version) with
        {
            Topics = Topics.SetItem(topic.Name, new Dated<TopicEntry>(topic, version)),
        }).ForgetOldDeletions();
    }

    /// <summary>Takes a group's newest entry; an older one changes nothing.</summary>
    public ClusterDirectory Announce(GroupEntry group, BrokerOptions options, out string? problem)
    {
        Dated<GroupEntry>? known = Groups.GetValueOrDefault(group.Name);
        problem = known is null && Groups.Count >= options.MaxConsumerGroups
            ? $"The cluster has {Groups.Count} consumer groups, the most it may have; raise MaxConsumerGroups."
            : null;
        if (problem is not null || known?.Entry.Version >= group.Version)
            return this;

        long version = Version + 1;
        return (With(group.Config is null ? RequestModes.WithoutGroup(KeyValues, group.Name) : KeyValues, version) with
        {
            Groups = Groups.SetItem(group.Name, new Dated<GroupEntry>(group, version)),
        }).ForgetOldDeletions();
    }

    /// <summary>What changed since a version that a reader knows; everything if that is too long ago.</summary>
    public DirectoryChanges ChangesSince(long version)
    {
        long after = version > Version || version < ForgottenUntil ? 0 : version;
        return new DirectoryChanges(
            after, Version, [.. Brokers.Values],
            [.. from topic in Topics.Values where topic.ChangedAt > after select topic.Entry],
            [.. from @group in Groups.Values where @group.ChangedAt > after select @group.Entry],
            KeyValuesChangedAt > after || after == 0 ? KeyValues : null);
    }

    private ClusterDirectory With(KeyValueTable keyValues, long version) => this with
    {
        Version = version,
        KeyValues = keyValues,
        KeyValuesChangedAt = keyValues == KeyValues ? KeyValuesChangedAt : version,
    };

    private ClusterDirectory With(BrokerRegistration broker) =>
        Brokers.GetValueOrDefault(broker.Name) == broker
            ? this
            : this with { Version = Version + 1, Brokers = Brokers.SetItem(broker.Name, broker) };

    private ClusterDirectory ForgetOldDeletions()
    {
        Dated<TopicEntry>[] topics = [.. Topics.Values.Where(topic => topic.Entry.Config is null)];
        Dated<GroupEntry>[] groups = [.. Groups.Values.Where(dated => dated.Entry.Config is null)];
        int surplus = topics.Length + groups.Length - MaxTombstones;
        if (surplus <= 0)
            return this;

        long until = topics.Select(topic => topic.ChangedAt).Concat(groups.Select(dated => dated.ChangedAt))
            .Order().ElementAt(surplus - 1);
        return this with
        {
            ForgottenUntil = until,
            Topics = Topics.RemoveRange(
                topics.Where(topic => topic.ChangedAt <= until).Select(topic => topic.Entry.Name)),
            Groups = Groups.RemoveRange(
                groups.Where(dated => dated.ChangedAt <= until).Select(dated => dated.Entry.Name)),
        };
    }
}

/// <summary>An entry and the version of the directory that changed it last.</summary>
/// <param name="Entry">The entry.</param>
/// <param name="ChangedAt">The version.</param>
public sealed record Dated<T>(T Entry, long ChangedAt);

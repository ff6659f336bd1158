using OrleansMq.Broker.KeyValues;
using OrleansMq.Broker.Nodes;
using OrleansMq.Broker.Topics;

namespace OrleansMq.Broker.Clustering;

/// <summary>
/// The cluster's directory as one broker has it: answers for the name service, and keeps the broker's catalogs in step.
/// Brokers whose silo is dead are left out at once, whatever the directory still says. Thread-safe.
/// </summary>
/// <param name="node">The broker; null where none is open, so that only the routes are kept.</param>
/// <param name="isAlive">Whether a silo, as the directory names it, is alive.</param>
public sealed class ClusterView(BrokerNode? node, Func<string, bool> isAlive) : IClusterRoutes
{
    private readonly Lock _lock = new();
    private volatile ClusterDirectory _directory = new();

    /// <summary>The version of the directory that is shown.</summary>
    public long Version => _directory.Version;

    /// <inheritdoc/>
    public IReadOnlyList<BrokerEntry> Brokers => EntriesOf(_directory.Brokers.Values);

    /// <inheritdoc/>
    public IEnumerable<string> Topics => _directory.Topics.Values
        .Where(topic => topic.Entry.Config is not null).Select(topic => topic.Entry.Name)
        .Union(node?.Topics.Topics.Select(topic => topic.Name).Where(node.Topics.IsSystem) ?? []);

    /// <inheritdoc/>
    public KeyValueTable KeyValues => _directory.KeyValues;

    /// <summary>The groups that the cluster has.</summary>
    public IEnumerable<string> Groups => _directory.Groups.Values
        .Where(dated => dated.Entry.Config is not null).Select(dated => dated.Entry.Name);

    /// <inheritdoc/>
    public TopicRoute? Find(string topic)
    {
        ClusterDirectory directory = _directory;
        if (directory.Topics.TryGetValue(topic, out Dated<TopicEntry>? dated))
        {
            return dated.Entry.Config is null
                ? null
                : new TopicRoute(
                    dated.Entry.Config,
                    EntriesOf(dated.Entry.Brokers
                        .Select(directory.Brokers.GetValueOrDefault).OfType<BrokerRegistration>()));
        }

        // Every broker has the system topics from its start.
        return node?.Topics.IsSystem(topic) == true && node.Topics.Find(topic) is { } system
            ? new TopicRoute(system.Config, Brokers)
            : null;
    }

    /// <summary>A broker, alive or not; null when the name is unknown.</summary>
    public BrokerRegistration? FindBroker(string name) => _directory.Brokers.GetValueOrDefault(name);

    /// <summary>Whether a broker's silo is alive.</summary>
    public bool IsAlive(string brokerName) => FindBroker(brokerName) is { } broker && isAlive(broker.Silo);

    /// <summary>Whether the directory has, or had, a topic.</summary>
    public TopicEntry? FindTopic(string name) => _directory.Topics.GetValueOrDefault(name)?.Entry;

    /// <summary>Whether the directory has, or had, a group.</summary>
    public GroupEntry? FindGroup(string name) => _directory.Groups.GetValueOrDefault(name)?.Entry;

    /// <summary>
    /// Takes changes in; false when some before them are missing, so that everything since <see cref="Version"/> must
    /// be asked for. Changes that are known already are passed over.
    /// </summary>
    public bool TryFollow(DirectoryChanges changes)
    {
        lock (_lock)
        {
            if (changes.After > _directory.Version)
                return false;
            if (changes.Version <= _directory.Version)
                return true;

            // The catalogs first: once a route names this broker, it must serve the topic.
            if (node is not null)
                Follow(node, changes);
            ClusterDirectory before = changes.After == 0 ? new ClusterDirectory() : _directory;
            _directory = before with
            {
                Version = changes.Version,
                KeyValues = changes.KeyValues ?? before.KeyValues,
                Brokers = new ClusterDirectory().Brokers.AddRange(
                    changes.Brokers.Select(broker => KeyValuePair.Create(broker.Name, broker))),
                Topics = before.Topics.SetItems(changes.Topics.Select(
                    entry => KeyValuePair.Create(entry.Name, new Dated<TopicEntry>(entry, changes.Version)))),
                Groups = before.Groups.SetItems(changes.Groups.Select(
                    entry => KeyValuePair.Create(entry.Name, new Dated<GroupEntry>(entry, changes.Version)))),
            };
        }

        return true;
    }

    private static void Follow(BrokerNode node, DirectoryChanges changes)
    {
        FollowTopics(node, changes.Topics);
        string[] deleted = [.. from entry in changes.Groups where entry.Config is null select entry.Name];
        node.Groups.Follow(
            [.. changes.Groups.Select(entry => entry.Config).OfType<ConsumerGroups.SubscriptionGroupConfig>()],
            deleted);
        foreach (string group in deleted)
            node.Pops.ForgetGroup(group);
    }

    private static void FollowTopics(BrokerNode node, IReadOnlyList<TopicEntry> entries)
    {
        string own = node.Identity.BrokerName;
        string[] deleted =
        [
            .. from entry in entries
               where entry.Config is null && node.Topics.Find(entry.Name) is not null
               select entry.Name,
        ];
        node.Topics.Follow(
            [
                .. entries.Where(entry => entry.Brokers.Contains(own))
                    .Select(entry => entry.Config).OfType<TopicConfig>(),
            ],
            deleted);
        foreach (ConsumerGroups.GroupHandle group in node.Groups.Groups)
        {
            foreach (string topic in deleted)
                group.RemoveTopic(topic);
        }

        foreach (string topic in deleted)
            node.Pops.ForgetTopic(topic);
    }

    private BrokerEntry[] EntriesOf(IEnumerable<BrokerRegistration> brokers) =>
        [.. from broker in brokers where isAlive(broker.Silo) select broker.Entry];
}

using OrleansMq.Broker.Topics;

namespace OrleansMq.Broker.Clustering;

/// <summary>
/// One topic of a cluster: decides as <see cref="TopicRegistry"/> does, and which brokers have queues of it. A new
/// topic gets queues on every broker; a broker that comes later gets them when it is asked for a topic of its own, or
/// by an operator. Not thread-safe.
/// </summary>
public sealed class ClusterTopic
{
    private readonly TopicRegistry _registry;

    /// <summary>Goes on from an entry.</summary>
    public ClusterTopic(TopicEntry entry, BrokerOptions options)
    {
        Entry = entry;
        _registry = new TopicRegistry(options);
        if (entry.Config is not null)
            _registry.Restore(new TopicTable([entry.Config], default));
    }

    /// <summary>The topic as it is now.</summary>
    public TopicEntry Entry { get; private set; }

    /// <summary>Creates the topic, or changes it everywhere and gives queues to the broker that was asked.</summary>
    public TopicResult Put(TopicConfig topic, ClusterCall call) =>
        Follow(_registry.Put(topic, call.NowMilliseconds), call, addsAsked: true);

    /// <summary>Finds the topic or creates it from a template; null is the template of automatic topics.</summary>
    public TopicResult FindOrCreate(
        string templateName, TopicConfig? template, int requestedQueues, ClusterCall call)
    {
        if (template is not null && template.Name != Entry.Name)
            _registry.Restore(new TopicTable([template], default));
        return Follow(
            _registry.FindOrCreate(Entry.Name, templateName, requestedQueues, 0, call.NowMilliseconds), call,
            addsAsked: false);
    }

    /// <summary>The topic as the retry topic of a group.</summary>
    public TopicResult FindOrCreateRetry(string group, int queues, ClusterCall call) =>
        Follow(_registry.FindOrCreateRetry(group, queues, 0, call.NowMilliseconds), call, addsAsked: true);

    /// <summary>The topic as the dead-letter topic of a group.</summary>
    public TopicResult FindOrCreateDeadLetter(string group, ClusterCall call) =>
        Follow(_registry.FindOrCreateDeadLetter(group, call.NowMilliseconds), call, addsAsked: true);

    /// <summary>Deletes the topic.</summary>
    public TopicResult Delete(ClusterCall call) =>
        Follow(_registry.Delete(Entry.Name, call.NowMilliseconds), call, addsAsked: false);

    private TopicResult Follow(TopicResult result, ClusterCall call, bool addsAsked)
    {
        if (result.Problem is not null)
            return result;

        IEnumerable<string> brokers = result.Status switch
        {
            TopicStatus.Deleted => [],
            TopicStatus.Created => call.Brokers.Append(call.AskedBroker),
            _ => addsAsked ? Entry.Brokers.Append(call.AskedBroker) : Entry.Brokers,
        };
        string[] sorted = [.. brokers.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        if (result.IsChange || Entry.Config is null || !sorted.SequenceEqual(Entry.Brokers))
        {
            TopicConfig? config = result.Status == TopicStatus.Deleted ? null : result.Topic;
            Entry = new TopicEntry(Entry.Name, config, sorted, Entry.Version + 1);
        }

        return result;
    }
}

/// <summary>What a decision about a topic is made from, besides the topic.</summary>
/// <param name="AskedBroker">The broker that a client asked.</param>
/// <param name="Brokers">All brokers of the cluster.</param>
/// <param name="NowMilliseconds">The time, Unix milliseconds.</param>
public readonly record struct ClusterCall(string AskedBroker, IReadOnlyList<string> Brokers, long NowMilliseconds);

using OrleansMq.Broker.Clustering;
using OrleansMq.Broker.Topics;
using OrleansMq.Grains.Brokers;
using OrleansMq.Grains.Clusters;
using OrleansMq.Grains.Storage;

namespace OrleansMq.Grains.Topics;

/// <summary>The shell around <see cref="ClusterTopic"/>: stores what it decides, then announces it.</summary>
internal sealed class TopicGrain(
    [PersistentState("topic", StateStorage.Name)] IPersistentState<TopicState> state, LocalBroker broker,
    TimeProvider time) : Grain, ITopicGrain
{
    private long _announcedVersion = -1;
    private long _directoryVersion;

    private TopicEntry Entry => state.State.Entry ?? new TopicEntry(this.GetPrimaryKeyString(), null, [], 0);

    private IClusterGrain Cluster => GrainFactory.GetGrain<IClusterGrain>(IClusterGrain.Key);

    public Task<TopicReply> Put(TopicConfig topic, string askedBroker) =>
        DecideAsync(askedBroker, (decision, call) => decision.Put(topic, call));

    public Task<TopicReply> FindOrCreate(
        string templateName, TopicConfig? template, int requestedQueues, string askedBroker) => DecideAsync(
            askedBroker, (decision, call) => decision.FindOrCreate(templateName, template, requestedQueues, call));

    public Task<TopicReply> FindOrCreateRetry(string group, int queues, string askedBroker) =>
        DecideAsync(askedBroker, (decision, call) => decision.FindOrCreateRetry(group, queues, call));

    public Task<TopicReply> FindOrCreateDeadLetter(string group, string askedBroker) =>
        DecideAsync(askedBroker, (decision, call) => decision.FindOrCreateDeadLetter(group, call));

    public Task<TopicReply> Delete(string askedBroker) =>
        DecideAsync(askedBroker, (decision, call) => decision.Delete(call));

    public Task<TopicEntry> Read() => Task.FromResult(Entry);

    private async Task<TopicReply> DecideAsync(string askedBroker, Func<ClusterTopic, ClusterCall, TopicResult> decide)
    {
        TopicEntry before = Entry;
        var topic = new ClusterTopic(before, broker.Settings.Broker);

        // This silo may be too young to know all brokers, but a new topic must get queues on every one.
        string[] brokers = before.Config is null ? await Cluster.GetBrokerNames() : [];
        TopicResult result = decide(
            topic, new ClusterCall(askedBroker, brokers, time.GetUtcNow().ToUnixTimeMilliseconds()));
        if (result.Problem is not null)
            return new TopicReply(result, 0);

        if (topic.Entry.Version != before.Version)
            await state.ReplaceAsync(this, new TopicState { Entry = topic.Entry });
        string? problem = await AnnounceAsync();
        if (problem is null)
            return new TopicReply(result, _directoryVersion);

        await state.ReplaceAsync(this, new TopicState { Entry = before with { Version = topic.Entry.Version + 1 } });
        return new TopicReply(new TopicResult(TopicStatus.LimitReached, null, problem), 0);
    }

    /// <summary>
    /// An announcement that failed, or whose fate a crash left unknown, is made again with the next call for the topic.
    /// </summary>
    private async Task<string?> AnnounceAsync()
    {
        TopicEntry entry = Entry;
        if (entry.Version == _announcedVersion)
            return null;

        Announcement announced = await Cluster.AnnounceTopic(entry);
        if (announced.Problem is not null)
            return announced.Problem;

        _announcedVersion = entry.Version;
        _directoryVersion = announced.DirectoryVersion;
        return null;
    }
}

/// <summary>What a topic grain stores.</summary>
internal sealed record TopicState
{
    /// <summary>The topic; null before anybody asked for it.</summary>
    public TopicEntry? Entry { get; init; }
}

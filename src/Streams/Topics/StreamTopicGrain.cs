using OrleansMq.Broker.Clustering;
using OrleansMq.Broker.Topics;
using OrleansMq.Grains.Brokers;
using OrleansMq.Grains.Clusters;
using OrleansMq.Grains.Queues;
using OrleansMq.Grains.Topics;

namespace OrleansMq.Streams.Topics;

/// <summary>Takes topics up: one call at a time, so that each gets one route.</summary>
internal sealed class StreamTopicGrain(LocalBroker broker, TimeProvider time) : Grain, IStreamTopicGrain
{
    private StreamRoute? _route;

    public async Task<StreamRoute> GetRoute(TopicWishes wishes)
    {
        if (_route is not null)
            return _route;

        string[] names = this.GetPrimaryKeyString().Split('/');
        (string provider, string topic) = (names[0], names[1]);
        if (StreamTopicList.Find(broker.View, provider, topic) is { } known)
            return _route = known;

        // Another silo may know more: only the cluster's grain is sure to know everything.
        await broker.RefreshViewAsync();
        return _route = StreamTopicList.Find(broker.View, provider, topic)
            ?? await TakeUpAsync(provider, topic, wishes);
    }

    private async Task<StreamRoute> TakeUpAsync(string provider, string topic, TopicWishes wishes)
    {
        ITopicGrain grain = GrainFactory.GetGrain<ITopicGrain>(topic);
        TopicEntry entry = await grain.Read();
        bool isNew = entry.Config is null;
        if (isNew)
            entry = await CreateAsync(grain, topic, wishes.QueuesPerBroker);

        int queues = Math.Min(entry.Config!.ReadQueues, entry.Config.WriteQueues);
        bool isFromOldest = isNew || wishes.FromOldest;
        var route = new StreamRoute(
            topic, [.. entry.Brokers.Select(name => new BrokerQueues(name, queues))],
            isFromOldest ? 0 : time.GetUtcNow().ToUnixTimeMilliseconds());
        if (!isFromOldest)
            await SkipStoredAsync(route, entry.Config.ReadQueues, wishes.Group);

        string? problem = await GrainFactory.GetGrain<IClusterGrain>(IClusterGrain.Key)
            .SetKeyValue(StreamTopicList.Space, StreamTopicList.KeyOf(provider, topic), route.ToString());
        if (problem is not null)
            throw new InvalidOperationException($"The stream provider '{provider}' may not use '{topic}': {problem}");

        await broker.RefreshViewAsync();
        return route;
    }

    private async Task<TopicEntry> CreateAsync(ITopicGrain grain, string topic, int queues)
    {
        TopicReply reply = await grain.Put(
            new TopicConfig { Name = topic, ReadQueues = queues, WriteQueues = queues },
            broker.Settings.Broker.BrokerName);
        return reply.Result.Problem is null
            ? await grain.Read()
            : throw new InvalidOperationException($"The topic '{topic}' cannot be created: {reply.Result.Problem}");
    }

    /// <summary>
    /// Where a broker is away, its queues are read from the time of the route instead, give or take the clocks.
    /// </summary>
    private async Task SkipStoredAsync(StreamRoute route, int readQueues, string group)
    {
        foreach (BrokerQueues owner in route.Brokers.Where(owner => broker.View.IsAlive(owner.Name)))
        {
            for (int queueId = 0; queueId < readQueues; queueId++)
            {
                IMessageQueueGrain queue = GrainFactory.GetMessageQueue(route.Topic, owner.Name, queueId);
                if (await queue.QueryCommitted(group) is null)
                    await queue.Commit(group, (await queue.GetOffsets()).Max);
            }
        }
    }
}

using OrleansMq.Client.Brokers;
using OrleansMq.Client.Consuming.Queues;
using OrleansMq.Messages.Topics;

namespace OrleansMq.Client.Consuming.Offsets;

/// <summary>Where consumption of a queue begins when a member gets it.</summary>
internal sealed class StartOffsets(ConsumerOptions options, BrokerConnections connections, IGroupOffsets offsets)
{
    /// <summary>Has a queue begin where its group is, or where a new group is to begin.</summary>
    public async Task BeginAsync(AssignedQueue queue)
    {
        int epoch = queue.Epoch;
        long? committed = await offsets.ReadAsync(queue, queue.Leaving).ConfigureAwait(false);
        long offset = committed ?? await FindAsync(queue).ConfigureAwait(false);
        queue.BeginAt(offset, committed, epoch);
    }

    /// <summary>What a retry topic has is for the group, however new it is.</summary>
    private async Task<long> FindAsync(AssignedQueue queue)
    {
        BrokerClient broker = await connections.GetAsync(queue.Broker, queue.Leaving).ConfigureAwait(false);
        (string topic, int queueId) = (queue.Key.Topic, queue.Key.QueueId);
        bool isRetry = TopicNames.IsRetry(topic);
        if (options.StartAt.Time is { } time && !isRetry)
            return await broker.SearchOffsetAsync(topic, queueId, time, queue.Leaving).ConfigureAwait(false);
        return options.StartAt.IsLatest && !isRetry
            ? await broker.GetMaxOffsetAsync(topic, queueId, queue.Leaving).ConfigureAwait(false)
            : await broker.GetMinOffsetAsync(topic, queueId, queue.Leaving).ConfigureAwait(false);
    }
}

using OrleansMq.Client.Brokers;
using OrleansMq.Client.Consuming.Queues;

namespace OrleansMq.Client.Consuming.Offsets;

/// <summary>Brokers keep a clustering group's place.</summary>
internal sealed class BrokerOffsets(ConsumerOptions options, BrokerConnections connections) : IGroupOffsets
{
    private const int CommitsAtATime = 16;

    public async ValueTask<long?> ReadAsync(AssignedQueue queue, CancellationToken cancellation)
    {
        BrokerClient broker = await connections.GetAsync(queue.Broker, cancellation).ConfigureAwait(false);
        return await broker.QueryOffsetAsync(options.Group, queue.Key.Topic, queue.Key.QueueId, cancellation)
            .ConfigureAwait(false);
    }

    public Task CommitAsync(IEnumerable<AssignedQueue> queues, bool isLast, CancellationToken cancellation) =>
        Parallel.ForEachAsync(
            queues.Where(queue => queue.ToCommit(isLast) is not null),
            new ParallelOptions { MaxDegreeOfParallelism = CommitsAtATime, CancellationToken = cancellation },
            (queue, limit) => CommitAsync(queue, isLast, limit));

    private async ValueTask CommitAsync(AssignedQueue queue, bool isLast, CancellationToken cancellation)
    {
        if (queue.ToCommit(isLast) is not { } commit)
            return;

        try
        {
            BrokerClient broker = await connections.GetAsync(queue.Broker, cancellation).ConfigureAwait(false);
            await broker.CommitOffsetAsync(
                options.Group, queue.Key.Topic, queue.Key.QueueId, commit.Offset, cancellation).ConfigureAwait(false);
            queue.Committed(commit.Offset, commit.Epoch);
        }
        catch (Exception cause) when (Failures.IsPassing(cause))
        {
            // The next commit says as much, and more.
        }
    }
}

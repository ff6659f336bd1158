using OrleansMq.Client.Consuming.Queues;
using OrleansMq.Protocol.Bodies;

namespace OrleansMq.Client.Consuming.Offsets;

/// <summary>A broadcasting member keeps its place itself, or does not.</summary>
internal sealed class StoredOffsets(ConsumerOptions options) : IGroupOffsets
{
    public ValueTask<long?> ReadAsync(AssignedQueue queue, CancellationToken cancellation) =>
        options.OffsetStore?.ReadAsync(options.Group, queue.Key, cancellation) ?? ValueTask.FromResult<long?>(null);

    public async Task CommitAsync(IEnumerable<AssignedQueue> queues, bool isLast, CancellationToken cancellation)
    {
        if (options.OffsetStore is not { } store)
            return;

        var offsets = new Dictionary<MessageQueueKey, long>();
        List<(AssignedQueue Queue, long Offset, int Epoch)> commits = [];
        foreach (AssignedQueue queue in queues)
        {
            if (queue.ToCommit(isLast) is not { } commit)
                continue;
            offsets[queue.Key] = commit.Offset;
            commits.Add((queue, commit.Offset, commit.Epoch));
        }

        if (commits.Count == 0)
            return;

        try
        {
            await store.WriteAsync(options.Group, offsets, cancellation).ConfigureAwait(false);
            foreach ((AssignedQueue queue, long offset, int epoch) in commits)
                queue.Committed(offset, epoch);
        }
        catch (IOException)
        {
            // The next commit says as much, and more.
        }
    }
}

using OrleansMq.Client.Brokers;
using OrleansMq.Client.Consuming.Queues;
using OrleansMq.Client.Transports;
using OrleansMq.Protocol.Bodies;

namespace OrleansMq.Client.Consuming.Assigning;

/// <summary>
/// Holds the brokers' locks on queues that are consumed in order. What cannot be renewed in time, or was given to
/// another member, counts as lost.
/// </summary>
internal sealed class LockKeeper(ConsumerOptions options, BrokerConnections connections, TimeProvider time)
{
    /// <summary>Locks queues; returns those that are locked now.</summary>
    public async Task<IReadOnlyList<AssignedQueue>> LockAsync(IReadOnlyCollection<AssignedQueue> queues)
    {
        List<AssignedQueue> locked = [];
        foreach (IGrouping<BrokerAddress, AssignedQueue> ofBroker in queues.GroupBy(queue => queue.Broker))
        {
            long until = time.GetTimestamp() + (long)(options.LockLifetime.TotalSeconds * time.TimestampFrequency);
            if (await TryLockAsync(ofBroker.Key, ofBroker).ConfigureAwait(false) is not { } held)
                continue;

            foreach (AssignedQueue queue in ofBroker.Where(queue => held.Contains(queue.Key)))
            {
                queue.LockUntil(until);
                locked.Add(queue);
            }
        }

        return locked;
    }

    /// <summary>Renews the locks of queues; returns those whose lock is lost.</summary>
    /// <param name="queues">Queues that were locked.</param>
    public async Task<RenewedLocks> RenewAsync(IReadOnlyCollection<AssignedQueue> queues)
    {
        List<AssignedQueue> lost = [];
        bool isComplete = true;
        foreach (IGrouping<BrokerAddress, AssignedQueue> ofBroker in queues.GroupBy(queue => queue.Broker))
        {
            long now = time.GetTimestamp();
            long until = now + (long)(options.LockLifetime.TotalSeconds * time.TimestampFrequency);
            HashSet<MessageQueueKey>? held = await TryLockAsync(ofBroker.Key, ofBroker).ConfigureAwait(false);
            isComplete &= held is not null;
            foreach (AssignedQueue queue in ofBroker)
            {
                // In between it may have been another member's.
                if (queue.IsLockOver(now) || held?.Contains(queue.Key) == false)
                    lost.Add(queue);
                else if (held is not null)
                    queue.LockUntil(until);
            }
        }

        return new RenewedLocks(lost, isComplete);
    }

    /// <summary>Gives locks back; what cannot be given back ends by itself.</summary>
    public async Task UnlockAsync(AssignedQueue queue)
    {
        try
        {
            BrokerClient broker = await connections.GetAsync(queue.Broker, CancellationToken.None)
                .ConfigureAwait(false);
            await broker.UnlockAsync(options.Group, [queue.Key]).ConfigureAwait(false);
        }
        catch (Exception cause) when (Failures.IsPassing(cause))
        {
            // It ends by itself.
        }
    }

    private async Task<HashSet<MessageQueueKey>?> TryLockAsync(
        BrokerAddress address, IEnumerable<AssignedQueue> queues)
    {
        try
        {
            BrokerClient broker = await connections.GetAsync(address, CancellationToken.None).ConfigureAwait(false);
            return [.. await broker.LockAsync(options.Group, queues.Select(queue => queue.Key))
                .ConfigureAwait(false)];
        }
        catch (Exception cause) when (Failures.IsPassing(cause))
        {
            return null;
        }
    }
}

using System.Threading.Channels;
using OrleansMq.Client.Consuming.Queues;
using OrleansMq.Client.Transports;
using OrleansMq.Messages.Topics;
using OrleansMq.Protocol.Bodies;

namespace OrleansMq.Client.Consuming.Assigning;

/// <summary>
/// Keeps the member's queues to its share: when members or routes change, when a lock is lost, and from time to time.
/// One round at a time.
/// </summary>
internal sealed class Rebalancer(
    OrleansMqClient client, ConsumerOptions options, QueueTable queues, PrefetchBudget budget, QueuePuller puller,
    HandOver handOver, LockKeeper? locks)
{
    private readonly TimeProvider _time = client.Options.Time;
    private readonly QueueShare _share = new(client, options);
    private readonly Channel<bool> _wanted = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Dictionary<MessageQueueKey, Task> _leaving = [];

    private IEnumerable<string> Topics => options.IsBroadcasting
        ? options.Subscriptions.Keys
        : options.Subscriptions.Keys.Append(TopicNames.RetryOf(options.Group));

    /// <summary>Has the queues shared out anew soon.</summary>
    public void Want() => _wanted.Writer.TryWrite(true);

    /// <summary>Shares out queues until it is cancelled; then waits for those that are being left.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var backoff = new Backoff(options);
        while (!cancellation.IsCancellationRequested)
        {
            bool isComplete = await RebalanceAsync(cancellation).ConfigureAwait(false);
            TimeSpan pause = options.RebalanceInterval;
            if (isComplete)
                backoff.Reset();
            else if (backoff.Next() is var sooner && sooner < pause)
                pause = sooner;
            await WaitAsync(pause, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

            // In an outage every queue asks for a round with each of its attempts.
            await Task.Delay(options.RetryDelay, _time, cancellation)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await Task.WhenAll(_leaving.Values).ConfigureAwait(false);
    }

    private async Task WaitAsync(TimeSpan pause, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task wanted = _wanted.Reader.WaitToReadAsync(limit.Token).AsTask();
        await Task.WhenAny(wanted, Task.Delay(pause, _time, limit.Token)).ConfigureAwait(false);
        _wanted.Reader.TryRead(out _);
        await limit.CancelAsync().ConfigureAwait(false);
    }

    /// <summary>One round; false if it has to be done again soon.</summary>
    private async Task<bool> RebalanceAsync(CancellationToken cancellation)
    {
        bool isComplete = true;
        List<AssignedQueue> wanted = [];
        foreach (string topic in Topics)
        {
            Dictionary<MessageQueueKey, BrokerAddress>? share =
                await TryFindShareAsync(topic, cancellation).ConfigureAwait(false);
            if (cancellation.IsCancellationRequested)
                return true;
            if (share is null)
                isComplete = false;
            else
                isComplete &= Compare(topic, share, wanted);
        }

        IReadOnlyList<AssignedQueue> taken = locks is null || wanted.Count == 0
            ? wanted
            : await locks.LockAsync(wanted).ConfigureAwait(false);
        foreach (AssignedQueue queue in taken)
        {
            queues.Add(queue);
            queue.Pulling = puller.RunAsync(queue);
        }

        return isComplete && taken.Count == wanted.Count;
    }

    private async Task<Dictionary<MessageQueueKey, BrokerAddress>?> TryFindShareAsync(
        string topic, CancellationToken cancellation)
    {
        try
        {
            return await _share.FindAsync(topic, cancellation).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // Cancelled, or a defect: neither may end the rounds.
            return null;
        }
    }

    /// <summary>Leaves the queues of a topic that are no longer this member's; collects those that are new.</summary>
    private bool Compare(
        string topic, Dictionary<MessageQueueKey, BrokerAddress> share, List<AssignedQueue> wanted)
    {
        foreach (AssignedQueue queue in queues.All.Where(queue => queue.Key.Topic == topic))
        {
            if (share.TryGetValue(queue.Key, out BrokerAddress? broker))
                queue.Broker = broker;
            else
                Leave(queue);
        }

        bool isComplete = true;
        foreach ((MessageQueueKey key, BrokerAddress broker) in share)
        {
            if (queues.TryFind(key, out _))
                continue;
            if (_leaving.TryGetValue(key, out Task? leaving) && !leaving.IsCompleted)
                isComplete = false;
            else
                wanted.Add(new AssignedQueue(key, broker, options, budget));
        }

        return isComplete;
    }

    private void Leave(AssignedQueue queue)
    {
        queues.Remove(queue);
        foreach ((MessageQueueKey key, Task leaving) in _leaving)
        {
            if (leaving.IsCompleted)
                _leaving.Remove(key);
        }

        _leaving[queue.Key] = handOver.LeaveAsync([queue], options.HandOverTimeout, CancellationToken.None);
    }
}

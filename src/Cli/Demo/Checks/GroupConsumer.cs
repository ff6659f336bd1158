using OrleansMq.Client;
using OrleansMq.Client.Receiving;
using OrleansMq.Protocol.Bodies;

namespace OrleansMq.Cli.Demo.Checks;

/// <summary>
/// A member of a clustering group: tells the broker that it is there, asks who else is, takes its even share of the
/// queues and reads them, committing what it read.
/// </summary>
internal sealed class GroupConsumer(
    BrokerClient client, string group, string topic, int queues, Action<ReceivedMessage> take) : IAsyncDisposable
{
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(10);

    private CancellationTokenSource? _stop;
    private Task[] _readers = [];
    private int _changesSeen;

    /// <summary>How often the broker said that the group changed.</summary>
    public int ChangesSeen => Volatile.Read(ref _changesSeen);

    /// <summary>The queues that it reads.</summary>
    public IReadOnlyList<int> Share { get; private set; } = [];

    /// <summary>Joins the group.</summary>
    public async Task JoinAsync(CancellationToken cancellation)
    {
        client.GroupChanged += _ => Interlocked.Increment(ref _changesSeen);
        var consumer =
            new ConsumerData { GroupName = group, ConsumeFromWhere = ConsumeFromWhere.ConsumeFromFirstOffset };
        consumer.SubscriptionDataSet.Add(new SubscriptionData { Topic = topic, SubString = "*" });
        await client.HeartbeatAsync([consumer], cancellation);
    }

    /// <summary>Waits until the group has so many members, takes its share of the queues and begins to read.</summary>
    public async Task ReadAsync(int members, CancellationToken cancellation)
    {
        await StopAsync();
        IReadOnlyList<string> all = await client.GetMembersAsync(group, cancellation);
        while (all.Count != members)
        {
            await Task.Delay(PollInterval, cancellation);
            all = await client.GetMembersAsync(group, cancellation);
        }

        Share = Allocate([.. all.Order(StringComparer.Ordinal)]);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _readers = [.. Share.Select(queue => Task.Run(() => ReadQueueAsync(queue, _stop.Token), cancellation))];
    }

    /// <summary>Stops reading and leaves the group.</summary>
    public async Task LeaveAsync(CancellationToken cancellation)
    {
        await StopAsync();
        Share = [];
        await client.UnregisterAsync(group, cancellation);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await client.DisposeAsync();
    }

    /// <summary>
    /// Neighbouring queues to each, one more to the first ones. RocketMQ: AllocateMessageQueueAveragely.
    /// </summary>
    private int[] Allocate(List<string> members)
    {
        int index = members.IndexOf(client.ClientId);
        (int each, int more) = Math.DivRem(queues, members.Count);
        int first = (index * each) + Math.Min(index, more);
        return [.. Enumerable.Range(first, each + (index < more ? 1 : 0))];
    }

    private async Task StopAsync()
    {
        if (_stop is null)
            return;
        await _stop.CancelAsync();
        await Task.WhenAll(_readers);
        _stop.Dispose();
        _stop = null;
    }

    private async Task ReadQueueAsync(int queue, CancellationToken stop)
    {
        try
        {
            long offset = await client.QueryOffsetAsync(group, topic, queue, stop)
                ?? await client.GetMinOffsetAsync(topic, queue, stop);
            while (!stop.IsCancellationRequested)
            {
                PullOutcome outcome = await client.PullAsync(
                    new PullRequest(group, topic, queue, offset) { Wait = Wait, MaxMessages = 64 }, stop);
                foreach (ReceivedMessage message in outcome.Messages)
                    take(message);
                offset = outcome.NextOffset;
                if (outcome.Messages.Count > 0)
                    await client.CommitOffsetAsync(group, topic, queue, offset, CancellationToken.None);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // It was asked to stop.
        }
    }
}

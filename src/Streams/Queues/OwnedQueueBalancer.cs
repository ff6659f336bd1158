using Microsoft.Extensions.Logging;
using Orleans.Streams;
using OrleansMq.Broker.Nodes;
using OrleansMq.Grains.Brokers;
using OrleansMq.Streams.Diagnostics;
using OrleansMq.Streams.Topics;

namespace OrleansMq.Streams.Queues;

/// <summary>
/// Gives this silo the queues whose log it owns, of the topics that the provider has taken up: they are read where they
/// are, and follow when the broker moves.
/// </summary>
internal sealed class OwnedQueueBalancer(
    IServiceProvider services, StreamTopics topics, LocalBroker broker, TimeProvider time,
    ILogger<OwnedQueueBalancer> logger) : QueueBalancerBase(services, logger)
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(1);

    private Task _working = Task.CompletedTask;
    private volatile HashSet<QueueId> _queues = [];

    public override IEnumerable<QueueId> GetMyQueues() => _queues;

    public override async Task Initialize(IStreamQueueMapper queueMapper)
    {
        await base.Initialize(queueMapper);
        _queues = FindQueues();

        // Away from the scheduler and the context of who starts the provider.
        using (ExecutionContext.SuppressFlow())
            _working = Task.Run(WorkAsync);
    }

    public override async Task Shutdown()
    {
        await base.Shutdown();
        await _working;
    }

    protected override void OnClusterMembershipChange(HashSet<SiloAddress> activeSilos)
    {
        // The next look at the broker shows what it means for this silo.
    }

    private async Task WorkAsync()
    {
        using var timer = new PeriodicTimer(Tick);
        var missing = new HashSet<string>(topics.Options.Topics.Values, StringComparer.Ordinal);
        long askedAt = time.GetTimestamp();
        try
        {
            do
            {
                HashSet<QueueId> found = FindQueues();
                if (!found.SetEquals(_queues))
                {
                    _queues = found;
                    await NotifyListeners();
                }

                if (missing.Count > 0 && IsOwner && time.GetElapsedTime(askedAt) >= AskAgain)
                {
                    await TakeUpAsync(missing);
                    askedAt = time.GetTimestamp();
                }
            }
            while (await timer.WaitForNextTickAsync(Cancellation));
        }
        catch (OperationCanceledException)
        {
            // The provider ends.
        }
    }

    /// <summary>Topics that the configuration names are read though nobody asked for them yet.</summary>
    private async Task TakeUpAsync(HashSet<string> missing)
    {
        foreach (string topic in missing.ToArray())
        {
            try
            {
                await topics.GetRouteAsync(topic);
                missing.Remove(topic);
            }
#pragma warning disable CA1031 // Whatever it was, the next round tries again.
            catch (Exception cause)
#pragma warning restore CA1031
            {
                logger.NotTakenUp(topics.Provider, topic, cause.Message);
            }
        }
    }

    private bool IsOwner => broker.Running is { } running
        && running.View.FindBroker(running.Host.Node.Identity.BrokerName) is { } registered
        && registered.Silo == SiloAddress.ToParsableString();

    private HashSet<QueueId> FindQueues()
    {
        if (broker.Running is not { } running || !IsOwner)
            return [];

        BrokerNode node = running.Host.Node;
        var found = new HashSet<QueueId>();
        foreach (string topic in StreamTopicList.TopicsOf(running.View, topics.Provider))
        {
            int queues = node.Topics.Find(topic)?.Config.ReadQueues ?? 0;
            for (int queueId = 0; queueId < queues; queueId++)
                found.Add(new StreamQueueId(topic, node.Identity.BrokerName, queueId).ToQueueId());
        }

        return found;
    }
}

using Microsoft.Extensions.Logging;
using OrleansMq.Broker.Clustering;
using OrleansMq.Broker.Nodes;
using OrleansMq.Grains.Diagnostics;

namespace OrleansMq.Grains.Brokers;

/// <summary>Asks for changes that this broker was not told of, and stops its writes once it has been drained.</summary>
internal sealed class ViewKeeper(RunningBroker broker, ClusteringOptions options, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(200);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Tick, time);
        long refreshedAt = time.GetTimestamp();
        long? drainedAt = null;
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
            {
                drainedAt = FollowDraining(drainedAt);
                if (time.GetElapsedTime(refreshedAt) < options.ViewRefreshInterval)
                    continue;

                await broker.Refresher.TryRefreshAsync().ConfigureAwait(false);
                refreshedAt = time.GetTimestamp();
            }
        }
        catch (OperationCanceledException)
        {
            // The broker leaves.
        }
    }

    private long? FollowDraining(long? drainedAt)
    {
        BrokerNode node = broker.Host.Node;
        if (broker.View.FindBroker(node.Identity.BrokerName) is not { IsWritable: false })
        {
            node.Sender.IsDraining = false;
            return null;
        }

        drainedAt ??= time.GetTimestamp();
        if (!node.Sender.IsDraining && time.GetElapsedTime(drainedAt.Value) >= options.DrainGrace)
        {
            node.Sender.IsDraining = true;
            logger.Drained(node.Identity.BrokerName);
        }

        return drainedAt;
    }
}

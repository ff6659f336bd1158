using Microsoft.Extensions.Logging;
using OrleansMq.Broker.Clustering;
using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Grains.ConsumerGroups;
using OrleansMq.Grains.Diagnostics;

namespace OrleansMq.Grains.Brokers;

/// <summary>Reports to each group what was committed at this broker, one report of a group at a time.</summary>
internal sealed class OffsetReporter(
    RunningBroker broker, IGrainFactory grains, ClusteringOptions options, TimeProvider time, ILogger logger)
{
    private const int GroupsAtOnce = 16;

    /// <summary>Reports until it is cancelled, and then once more.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(options.OffsetReportInterval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
                await ReportAllAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            await ReportAllAsync().ConfigureAwait(false);
        }
    }

    private Task ReportAllAsync() => Parallel.ForEachAsync(
        broker.Host.Node.Groups.Groups, new ParallelOptions { MaxDegreeOfParallelism = GroupsAtOnce },
        async (group, _) => await ReportAsync(group).ConfigureAwait(false));

    private async Task ReportAsync(GroupHandle group)
    {
        OffsetChanges changes = group.ReadOffsets(offsets => offsets.TakeChanges());
        if (changes.IsEmpty)
            return;

        try
        {
            await grains.GetGrain<IConsumerGroupGrain>(group.Name)
                .Report(broker.Host.Node.Identity.BrokerName, changes)
                .WaitAsync(options.DecisionTimeout, time).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever it was, the report is made again with the next ones.
        catch (Exception cause)
#pragma warning restore CA1031
        {
            group.ReadOffsets(offsets => offsets.GiveBack(changes));
            logger.NotReported(group.Name, cause.Message);
        }
    }
}

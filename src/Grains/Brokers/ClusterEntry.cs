using Microsoft.Extensions.Logging;
using OrleansMq.Broker.Clustering;
using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Broker.Nodes;
using OrleansMq.Broker.Topics;
using OrleansMq.Grains.Clusters;
using OrleansMq.Grains.ConsumerGroups;
using OrleansMq.Grains.Diagnostics;
using OrleansMq.Grains.Topics;

namespace OrleansMq.Grains.Brokers;

/// <summary>
/// How a broker comes into its cluster: registers its name, takes over what was decided while it was away, makes known
/// what only its own store knows, and settles how far each group has come.
/// </summary>
internal sealed class ClusterEntry(RunningBroker broker, IGrainFactory grains, SiloAddress silo, ILogger logger)
{
    private const int GroupsAtOnce = 32;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly BrokerNode _node = broker.Host.Node;

    private string Own => _node.Identity.BrokerName;

    /// <summary>Tries until it succeeds or is cancelled: a database that is away only delays it.</summary>
    public async Task EnterAsync(CancellationToken cancellationToken)
    {
        while (await TryEnterAsync().ConfigureAwait(false) is { } problem)
        {
            logger.MayNotJoin(Own, problem);
            await Task.Delay(Pause, cancellationToken).ConfigureAwait(false);
        }

        logger.Joined(Own, silo.ToString(), broker.View.Version);
    }

    private async Task<string?> TryEnterAsync()
    {
        try
        {
            IClusterGrain cluster = grains.GetGrain<IClusterGrain>(IClusterGrain.Key);
            var registration = new BrokerRegistration(Own, _node.Identity.AddressText, silo.ToParsableString());
            if (await cluster.Register(registration).ConfigureAwait(false) is { } problem)
                return problem;

            await broker.Refresher.RefreshAsync().ConfigureAwait(false);
            await AdoptTopicsAsync().ConfigureAwait(false);
            await AdoptGroupsAsync().ConfigureAwait(false);
            await broker.Refresher.RefreshAsync().ConfigureAwait(false);
            await Parallel.ForEachAsync(
                _node.Groups.Groups.Where(group => !SubscriptionGroupRegistry.IsSystem(group.Name)),
                new ParallelOptions { MaxDegreeOfParallelism = GroupsAtOnce },
                async (group, _) => await AttachAsync(group).ConfigureAwait(false)).ConfigureAwait(false);
            return null;
        }
#pragma warning disable CA1031 // Whatever it was, the broker is not in and tries again.
        catch (Exception cause)
#pragma warning restore CA1031
        {
            return cause.Message;
        }
    }

    private async Task AdoptTopicsAsync()
    {
        foreach (TopicConfig topic in _node.Topics.Topics.Where(topic => !_node.Topics.IsSystem(topic.Name)).ToArray())
        {
            if (broker.View.FindTopic(topic.Name) is { } known && (known.Config is null || known.Brokers.Contains(Own)))
                continue;

            TopicReply reply = await grains.GetGrain<ITopicGrain>(topic.Name).Put(topic, Own).ConfigureAwait(false);
            if (reply.Result.Problem is null)
                logger.TopicAdopted(topic.Name);
        }
    }

    private async Task AdoptGroupsAsync()
    {
        foreach (GroupHandle group in _node.Groups.Groups)
        {
            if (SubscriptionGroupRegistry.IsSystem(group.Name) || broker.View.FindGroup(group.Name) is not null)
                continue;

            GroupReply reply = await grains.GetGrain<IConsumerGroupGrain>(group.Name).Put(group.Config)
                .ConfigureAwait(false);
            if (reply.Result.Problem is null)
                logger.GroupAdopted(group.Name);
        }
    }

    private async Task AttachAsync(GroupHandle group)
    {
        OffsetChanges known = group.ReadOffsets(offsets => offsets.TakeChanges());
        try
        {
            AttachReply reply = await grains.GetGrain<IConsumerGroupGrain>(group.Name).Attach(Own, known)
                .ConfigureAwait(false);
            foreach (QueueProgress queue in reply.Progress)
                TakeOver(group, queue);

            // Where the log's end set an offset back, the group must hear of it.
            group.ReadOffsets(offsets => offsets.GiveBack(new OffsetChanges([], reply.Progress)));
            group.Show(reply.Members);
        }
        catch
        {
            group.ReadOffsets(offsets => offsets.GiveBack(known));
            throw;
        }
    }

    /// <summary>
    /// After a power cut the log may have lost its last, unflushed records: a group must not skip the new ones that
    /// take their offsets.
    /// </summary>
    private void TakeOver(GroupHandle group, QueueProgress queue)
    {
        if (_node.Topics.Find(queue.Topic) is not { } topic || queue.QueueId >= topic.Config.ReadQueues)
            return;

        group.Restore(queue with { Offset = Math.Min(queue.Offset, topic.Queue(queue.QueueId).MaxOffset) });
    }
}

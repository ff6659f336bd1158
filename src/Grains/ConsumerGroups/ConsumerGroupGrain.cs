using Microsoft.Extensions.Logging;
using OrleansMq.Broker.Clustering;
using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Grains.Brokers;
using OrleansMq.Grains.Clusters;
using OrleansMq.Grains.Diagnostics;
using OrleansMq.Grains.Storage;
using OrleansMq.Protocol.Bodies;
using SubscriptionGroupConfig = OrleansMq.Broker.ConsumerGroups.SubscriptionGroupConfig;

namespace OrleansMq.Grains.ConsumerGroups;

/// <summary>
/// The shell around <see cref="ConsumerGroup"/>, <see cref="ClusterGroup"/> and <see cref="ClusterOffsets"/>: one call
/// at a time, and every change of members is shown to all brokers.
/// </summary>
internal sealed class ConsumerGroupGrain(
    [PersistentState("group", StateStorage.Name)] IPersistentState<GroupState> state, LocalBroker broker,
    TimeProvider time, ILogger<ConsumerGroupGrain> logger) : Grain, IConsumerGroupGrain
{
    private static readonly TimeSpan TickInterval = TimeSpan.FromSeconds(1);

    /// <summary>
    /// More than an activation can have counted without storing it, so that its successor's epochs are higher.
    /// </summary>
    private const long EpochsOfAnActivation = 1_000_000;

    private ConsumerGroup _group = null!;
    private ClusterOffsets _offsets = null!;
    private long _announcedVersion = -1;
    private long _directoryVersion;
    private bool _areMembersUnsaved;
    private bool _areOffsetsUnsaved;
    private long _offsetsSavedAt;

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    private string Name => this.GetPrimaryKeyString();

    private GroupEntry Entry => state.State.Entry ?? new GroupEntry(Name, null, 0);

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _group = new ConsumerGroup(Name, broker.Settings.Broker);
        _offsets = new ClusterOffsets(broker.Settings.Broker);
        foreach ((string brokerName, IReadOnlyList<QueueProgress> progress) in state.State.Offsets)
            _offsets.Attach(brokerName, new OffsetChanges([], progress));
        if (state.State.Members is { } members)
        {
            _group.Restore(members with { Epoch = members.Epoch + EpochsOfAnActivation }, Now);
            _areMembersUnsaved = true;
        }

        _offsetsSavedAt = Now;
        this.RegisterGrainTimer(TickAsync, TickInterval, TickInterval);
        return Task.CompletedTask;
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        // Where another activation decided, or something broke, what this one knows must not be written.
        if (reason.ReasonCode is not DeactivationReasonCode.ApplicationError
            and not DeactivationReasonCode.ApplicationRequested)
            await SaveBehindAsync(isDue: true);
    }

    public Task<GroupReply> Put(SubscriptionGroupConfig group) => DecideAsync(decision => decision.Put(group, Now));

    public Task<GroupReply> FindOrCreate() => DecideAsync(decision => decision.FindOrCreate(Now));

    public async Task<GroupReply> Delete()
    {
        GroupReply reply = await DecideAsync(decision => decision.Delete(Now));
        if (reply.Result.Problem is null)
        {
            _offsets = new ClusterOffsets(broker.Settings.Broker);
            _areOffsetsUnsaved = true;
        }

        return reply;
    }

    public Task<HeartbeatReply> Heartbeat(GroupMember member, long knownEpoch)
    {
        GroupChange change = _group.Heartbeat(member, Now);
        CarryOut(change, except: member.Channel.BrokerName);
        return Task.FromResult(new HeartbeatReply(
            change.Problem, change.Problem is null && _group.Epoch != knownEpoch ? _group.Snapshot() : null));
    }

    public Task Unregister(string clientId)
    {
        CarryOut(_group.Unregister(clientId));
        return Task.CompletedTask;
    }

    public Task ChannelClosed(ClientChannel channel)
    {
        CarryOut(_group.ChannelClosed(channel));
        return Task.CompletedTask;
    }

    public async Task<MessageQueueKey[]> Lock(string clientId, MessageQueueKey[] queues)
    {
        IReadOnlyList<LockedQueue> before = _group.Locks.Snapshot();
        IReadOnlyList<MessageQueueKey> locked = _group.Locks.Lock(clientId, queues, Now);
        IReadOnlyList<LockedQueue> after = _group.Locks.Snapshot();

        // A renewal is not stored: whoever takes the group over counts every lock as renewed at that moment.
        if (!before.ToHashSet().SetEquals(after))
        {
            try
            {
                await SaveAsync();
            }
            catch (StateUnavailableException)
            {
                _group.Locks.Restore(before, Now);
                throw;
            }
        }

        return [.. locked];
    }

    public Task Unlock(string clientId, MessageQueueKey[] queues)
    {
        _group.Locks.Unlock(clientId, queues);
        _areMembersUnsaved = true;
        return Task.CompletedTask;
    }

    public Task<AttachReply> Attach(string brokerName, OffsetChanges known)
    {
        CarryOut(_group.BrokerLost(brokerName), except: brokerName);
        IReadOnlyList<QueueProgress> progress = _offsets.Attach(brokerName, known);
        _areOffsetsUnsaved = true;
        return Task.FromResult(new AttachReply(_group.Snapshot(), [.. progress]));
    }

    public Task Report(string brokerName, OffsetChanges changes)
    {
        _areOffsetsUnsaved |= _offsets.Report(brokerName, changes);
        return Task.CompletedTask;
    }

    public Task<GroupSnapshot> Read() => Task.FromResult(_group.Snapshot());

    public Task<long?> QueryOffset(MessageQueueKey queue) =>
        Task.FromResult(_offsets.Query(queue.BrokerName, queue.Topic, queue.QueueId));

    private async Task<GroupReply> DecideAsync(Func<ClusterGroup, SubscriptionGroupResult> decide)
    {
        GroupEntry before = Entry;
        var group = new ClusterGroup(before, broker.Settings.Broker);
        SubscriptionGroupResult result = decide(group);
        if (result.Problem is not null)
            return new GroupReply(result, 0);

        if (group.Entry.Version != before.Version)
            await state.ReplaceAsync(this, state.State with { Entry = group.Entry });
        string? problem = await AnnounceAsync();
        if (problem is null)
            return new GroupReply(result, _directoryVersion);

        await state.ReplaceAsync(
            this, state.State with { Entry = before with { Version = group.Entry.Version + 1 } });
        return new GroupReply(new SubscriptionGroupResult(SubscriptionGroupStatus.LimitReached, null, problem), 0);
    }

    /// <summary>
    /// An announcement that failed, or whose fate a crash left unknown, is made again with the next call for the group.
    /// </summary>
    private async Task<string?> AnnounceAsync()
    {
        GroupEntry entry = Entry;
        if (entry.Version == _announcedVersion)
            return null;

        Announcement announced = await GrainFactory.GetGrain<IClusterGrain>(IClusterGrain.Key).AnnounceGroup(entry);
        if (announced.Problem is not null)
            return announced.Problem;

        _announcedVersion = entry.Version;
        _directoryVersion = announced.DirectoryVersion;
        return null;
    }

    private void CarryOut(GroupChange change, string? except = null)
    {
        foreach (ChannelExpired expired in change.Effects.OfType<ChannelExpired>())
        {
            GrainFactory.GetGrain<IBrokerGrain>(expired.Channel.BrokerName)
                .CloseChannel(expired.Channel, $"'{expired.ClientId}' sent no heartbeat.")
                .LogFailure(logger, expired.Channel.BrokerName);
        }

        if (change.Effects.Count == 0)
            return;

        // Brokers that miss this get it with the next heartbeat, so that nobody waits for them.
        _areMembersUnsaved = true;
        GroupSnapshot members = _group.Snapshot();
        foreach (BrokerEntry shown in broker.View.Brokers.Where(shown => shown.Name != except))
            GrainFactory.GetGrain<IBrokerGrain>(shown.Name).Show(members).LogFailure(logger, shown.Name);
    }

    private async Task TickAsync(CancellationToken cancellationToken)
    {
        CarryOut(_group.Expire(Now));
        if (broker.View.Version > 0)
        {
            foreach (string lost in _group.BrokerNames.Where(name => !broker.View.IsAlive(name)))
                CarryOut(_group.BrokerLost(lost));
        }

        await SaveBehindAsync(Now - _offsetsSavedAt >= broker.Settings.Cluster.OffsetSaveInterval.TotalMilliseconds);
    }

    private async Task SaveBehindAsync(bool isDue)
    {
        if (!_areMembersUnsaved && !(_areOffsetsUnsaved && isDue))
            return;

        try
        {
            await SaveAsync();
        }
        catch (StateUnavailableException cause)
        {
            logger.GroupNotSaved(Name, cause.Message);
        }
    }

    private async Task SaveAsync()
    {
        await state.ReplaceAsync(this, state.State with
        {
            Members = _group.Snapshot(),
            Offsets = _offsets.Brokers.ToDictionary(name => name, _offsets.OfBroker, StringComparer.Ordinal),
        });
        _areMembersUnsaved = false;
        _areOffsetsUnsaved = false;
        _offsetsSavedAt = Now;
    }
}

using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.Logging;
using OrleansMq.Broker.Clustering;
using OrleansMq.Broker.Diagnostics;
using OrleansMq.Broker.Offsets;
using OrleansMq.Broker.Pulling;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Storage.ConsumeQueues;

namespace OrleansMq.Broker.ConsumerGroups;

/// <summary>
/// A group as one broker sees it: who its members are, and how far it consumed this broker's queues. In one process it
/// is the shell around the <see cref="ConsumerGroup"/>: one call at a time, effects carried out behind it. In a cluster
/// the members are decided elsewhere and shown here by <see cref="Show"/>. Thread-safe.
/// </summary>
public sealed class GroupHandle
{
    private readonly Lock _lock = new();
    private readonly ConsumerGroup _group;
    private readonly CommittedOffsets _offsets;
    private readonly string _brokerName;
    private readonly Filters.SqlFilterOptions _filterOptions;
    private readonly IClientChannels _channels;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<string, PullFilter> _pullFilters = new(StringComparer.Ordinal);
    private volatile SubscriptionGroupConfig _config;
    private volatile bool _hasGuards;

    internal GroupHandle(
        SubscriptionGroupConfig config, BrokerOptions options, IClientChannels channels, TimeProvider time,
        ILogger logger)
    {
        _config = config;
        _channels = channels;
        _time = time;
        _logger = logger;
        _group = new ConsumerGroup(config.Name, options);
        _offsets = new CommittedOffsets(options);
        _brokerName = options.BrokerName;
        _filterOptions = options.SqlFilters;
    }

    /// <summary>The group's name.</summary>
    public string Name => _group.Name;

    /// <summary>The group's settings as of now.</summary>
    public SubscriptionGroupConfig Config
    {
        get => _config;
        internal set => _config = value;
    }

    /// <summary>Grows with every committed offset.</summary>
    public long OffsetsRevision => ReadOffsets(static offsets => offsets.Revision);

    /// <summary>The epoch of the members as shown here.</summary>
    public long Epoch => Read(static group => group.Epoch);

    private long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Takes in a heartbeat; the problem if it is refused.</summary>
    public string? Heartbeat(GroupMember member)
    {
        GroupChange change = Change(group => group.Heartbeat(member, Now));
        if (change.Effects.Count > 0)
            ReportConflict();
        return change.Problem;
    }

    /// <summary>A client says goodbye.</summary>
    public void Unregister(string clientId) => Change(group => group.Unregister(clientId));

    /// <summary>A connection closed.</summary>
    public void ChannelClosed(ClientChannel channel) => Change(group => group.ChannelClosed(channel));

    /// <summary>Removes silent members.</summary>
    public void Expire() => Change(group => group.Expire(Now));

    /// <summary>Locks queues for a member and returns those it holds now.</summary>
    public IReadOnlyList<MessageQueueKey> LockQueues(string clientId, IEnumerable<MessageQueueKey> queues)
    {
        lock (_lock)
            return _group.Locks.Lock(clientId, queues, Now);
    }

    /// <summary>Gives up queues.</summary>
    public void UnlockQueues(string clientId, IEnumerable<MessageQueueKey> queues)
    {
        lock (_lock)
            _group.Locks.Unlock(clientId, queues);
    }

    /// <summary>
    /// Shows the members as they were decided elsewhere, and tells those that are connected to this broker if they
    /// changed.
    /// </summary>
    public void Show(GroupSnapshot snapshot)
    {
        lock (_lock)
        {
            // What was sent earlier may arrive later.
            if (snapshot.Epoch < _group.Epoch)
                return;

            bool isSame = snapshot.Epoch == _group.Epoch;
            _group.Restore(snapshot, Now);
            if (isSame)
                return;
        }

        if (snapshot.MessageModel != MessageModel.Broadcasting)
            Notify([.. snapshot.Members.SelectMany(member => member.Channels)]);
        ReportConflict();
    }

    /// <summary>
    /// Commits how far a queue was consumed. While members are online the offset only grows: what a member commits
    /// late, after its queue went to another, changes nothing.
    /// </summary>
    public CommitStatus Commit(string topic, int queueId, long offset)
    {
        lock (_lock)
            return _offsets.Commit(topic, queueId, offset, mayGoBack: !_group.IsOnline);
    }

    /// <summary>
    /// The same for a client, whose offset does not count when it is from before a reset, or behind the queue's end.
    /// </summary>
    public CommitStatus CommitOfClient(ConsumeQueue queue, long offset)
    {
        // Read before the lock is taken: the end only grows.
        long end = queue.MaxOffset;
        lock (_lock)
        {
            CommitStatus status = _offsets.CommitOfClient(
                queue.Topic, queue.QueueId, offset, end, mayGoBack: !_group.IsOnline, Now);
            _hasGuards = _offsets.GuardCount > 0;
            return status;
        }
    }

    /// <summary>Where a client that reads at an offset must be sent, since a reset; null when it is right.</summary>
    public long? Redirect(string topic, int queueId, long offset) =>
        _hasGuards ? WithGuards(offsets => offsets.Redirect(topic, queueId, offset, Now)) : null;

    /// <summary>A client that read at an offset was answered, and may go on at the next one.</summary>
    public void HandOut(string topic, int queueId, long offset, long nextOffset)
    {
        if (!_hasGuards)
            return;

        lock (_lock)
            _offsets.HandOut(topic, queueId, offset, nextOffset);
    }

    /// <summary>Takes over an offset as it was stored or decided elsewhere.</summary>
    public void Restore(QueueProgress queue)
    {
        lock (_lock)
            _offsets.Restore(queue);
    }

    /// <summary>Takes over what was stored of a queue's resets, beside its offset.</summary>
    internal void Restore(QueueReset reset)
    {
        lock (_lock)
            _offsets.Restore(reset);
        _hasGuards |= reset.Mark is not null;
    }

    /// <summary>
    /// Sets offsets as an operator asks for it, all of them or none; see <see cref="OffsetResets"/>. The marks are made
    /// while nobody commits.
    /// </summary>
    internal CommitStatus Reset(string topic, IReadOnlyCollection<int> queueIds, Func<int, ResetMark> mark)
    {
        lock (_lock)
        {
            if (!_offsets.HasRoom(topic, queueIds))
                return CommitStatus.Refused;

            foreach (int queueId in queueIds)
                _offsets.Reset(topic, queueId, mark(queueId));
            _hasGuards = _offsets.GuardCount > 0;
            return CommitStatus.Committed;
        }
    }

    /// <summary>The committed offset of a queue, or null.</summary>
    public long? QueryOffset(string topic, int queueId)
    {
        lock (_lock)
            return _offsets.Query(topic, queueId);
    }

    /// <summary>Whether the group subscribes to a topic, or consumed of it before.</summary>
    internal bool Knows(string topic)
    {
        lock (_lock)
            return _group.FindSubscription(topic) is not null || _offsets.OfTopic(topic).Count > 0;
    }

    /// <summary>Forgets a topic that was deleted.</summary>
    public void RemoveTopic(string topic)
    {
        _pullFilters.TryRemove(topic, out _);
        lock (_lock)
        {
            _offsets.RemoveTopic(topic);
            _group.Locks.RemoveTopic(topic);
        }
    }

    /// <summary>Reads something of the group's state; the result must not share it.</summary>
    public T Read<T>(Func<ConsumerGroup, T> read)
    {
        lock (_lock)
            return read(_group);
    }

    /// <summary>Reads or takes something of the committed offsets; the result must not share them.</summary>
    public T ReadOffsets<T>(Func<CommittedOffsets, T> read)
    {
        lock (_lock)
            return read(_offsets);
    }

    /// <summary>The same for what gives nothing.</summary>
    public void ReadOffsets(Action<CommittedOffsets> use)
    {
        lock (_lock)
            use(_offsets);
    }

    /// <summary>
    /// The filter of a pull that brings its own subscription. Parsed once: the members of a group send the same text
    /// with every pull.
    /// </summary>
    internal PullFilter FilterOf(
        string topic, ReadOnlySpan<byte> expression, ReadOnlySpan<byte> expressionType, long version)
    {
        if (_pullFilters.TryGetValue(topic, out PullFilter? known) && known.IsFor(expression, expressionType))
            return known;

        PullFilter filter = PullFilter.Parse(topic, expression, expressionType, version, _filterOptions);
        if (filter.Problem is null)
            _pullFilters[topic] = filter;
        return filter;
    }

    /// <summary>
    /// The filter of a pull that relies on what the group's heartbeats said; null when they said nothing.
    /// </summary>
    internal PullFilter? FilterOfHeartbeat(string topic)
    {
        Subscription? subscription = Read(group => group.FindSubscription(topic));
        return subscription is null
            ? null
            : FilterOf(
                topic, Encoding.UTF8.GetBytes(subscription.Expression),
                subscription.Kind == ExpressionKind.Sql92 ? PullFilter.Sql92 : default, subscription.Version);
    }

    /// <summary>Names one member whose subscription differs: the others come with the heartbeats to follow.</summary>
    private void ReportConflict()
    {
        if (Read(static group => group.FindConflicts()) is [SubscriptionConflict conflict, ..])
        {
            _logger.SubscriptionConflict(
                Name, conflict.ClientId, conflict.OfMember, conflict.Topic, conflict.OfGroup);
        }
    }

    private T WithGuards<T>(Func<CommittedOffsets, T> use)
    {
        lock (_lock)
        {
            T result = use(_offsets);
            _hasGuards = _offsets.GuardCount > 0;
            return result;
        }
    }

    private GroupChange Change(Func<ConsumerGroup, GroupChange> change)
    {
        GroupChange result;
        lock (_lock)
            result = change(_group);
        foreach (GroupEffect effect in result.Effects)
            CarryOut(effect);
        return result;
    }

    private void CarryOut(GroupEffect effect)
    {
        switch (effect)
        {
            case MembersChanged changed:
                Notify(changed.Channels);
                break;
            case ChannelExpired expired:
                _channels.Close(expired.Channel.Id, $"'{expired.ClientId}' sent no heartbeat.");
                break;
        }
    }

    private void Notify(IReadOnlyList<ClientChannel> channels)
    {
        long[] own = [.. from channel in channels where channel.BrokerName == _brokerName select channel.Id];
        if (own.Length > 0 && Config.NotifyConsumerIdsChangedEnable)
            _channels.NotifyMembersChanged(Name, own);
    }
}

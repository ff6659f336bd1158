using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.Logging;
using OrleansMq.Broker.Diagnostics;
using OrleansMq.Broker.Pulling;
using OrleansMq.Protocol.Bodies;

namespace OrleansMq.Broker.ConsumerGroups;

/// <summary>
/// The shell around one <see cref="ConsumerGroup"/>: one call at a time, effects carried out behind it.
/// </summary>
public sealed class GroupHandle
{
    private readonly Lock _lock = new();
    private readonly ConsumerGroup _group;
    private readonly IClientChannels _channels;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<string, PullFilter> _pullFilters = new(StringComparer.Ordinal);
    private volatile SubscriptionGroupConfig _config;

    internal GroupHandle(
        SubscriptionGroupConfig config, BrokerOptions options, IClientChannels channels, TimeProvider time,
        ILogger logger)
    {
        _config = config;
        _channels = channels;
        _time = time;
        _logger = logger;
        _group = new ConsumerGroup(config.Name, options);
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
    public long OffsetsRevision => Read(static group => group.Offsets.Revision);

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
    public void ChannelClosed(long channelId) => Change(group => group.ChannelClosed(channelId));

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

    /// <summary>Commits how far a queue was consumed.</summary>
    public CommitStatus Commit(string topic, int queueId, long offset)
    {
        lock (_lock)
            return _group.Commit(topic, queueId, offset);
    }

    /// <summary>Sets an offset as an operator or recovery asks for it.</summary>
    public void Reset(string topic, int queueId, long offset)
    {
        lock (_lock)
            _group.Offsets.Reset(topic, queueId, offset);
    }

    /// <summary>The committed offset of a queue, or null.</summary>
    public long? QueryOffset(string topic, int queueId)
    {
        lock (_lock)
            return _group.Offsets.Query(topic, queueId);
    }

    /// <summary>Forgets a topic that was deleted.</summary>
    public void RemoveTopic(string topic)
    {
        _pullFilters.TryRemove(topic, out _);
        lock (_lock)
        {
            _group.Offsets.RemoveTopic(topic);
            _group.Locks.RemoveTopic(topic);
        }
    }

    /// <summary>Reads something of the group's state; the result must not share it.</summary>
    public T Read<T>(Func<ConsumerGroup, T> read)
    {
        lock (_lock)
            return read(_group);
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

        PullFilter filter = PullFilter.Parse(topic, expression, expressionType, version);
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
            case MembersChanged { ChannelIds.Count: > 0 } changed when Config.NotifyConsumerIdsChangedEnable:
                _channels.NotifyMembersChanged(Name, changed.ChannelIds);
                break;
            case MemberExpired expired:
                _channels.Close(expired.ChannelId, $"'{expired.ClientId}' sent no heartbeat.");
                break;
        }
    }
}

using Microsoft.Extensions.Logging;
using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Broker.Diagnostics;
using OrleansMq.Broker.Nodes;
using OrleansMq.Broker.Topics;
using OrleansMq.Messages.Topics;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Requests;
using OrleansMq.Storage.ConsumeQueues;
using OrleansMq.Storage.Files;

namespace OrleansMq.Broker.Offsets;

/// <summary>
/// Sends groups elsewhere as operators ask for it: the one place where that happens. What is answered with success is
/// on disk, holds for online and offline groups alike, and is not undone by what members still had under way.
/// </summary>
public sealed class OffsetResets
{
    private readonly BrokerNode _node;
    private readonly OffsetPersister _persister;
    private readonly ResetNotices _notices;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly List<IOffsetResetListener> _listeners = [];

    internal OffsetResets(BrokerNode node, OffsetPersister persister, TimeProvider time, ILogger logger)
    {
        _node = node;
        _persister = persister;
        _notices = new ResetNotices(node);
        _time = time;
        _logger = logger;
    }

    private long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Adds somebody to be told of every reset; before the broker takes requests.</summary>
    public void Listen(IOffsetResetListener listener) => _listeners.Add(listener);

    /// <summary>Sends a group to a time, or to an offset of one queue, and tells its members.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="asCpp">Whether all members are to be told as C++ clients are.</param>
    public async ValueTask<ResetResult> ResetAsync(ResetOffsetRequest request, bool asCpp)
    {
        if (FindTargets(request, out GroupHandle? group, out TopicHandle? topic) is { } refusal)
            return refusal;

        var targets = new SortedDictionary<int, long>();
        foreach (int queueId in QueuesOf(request, topic!))
        {
            long target = TargetOf(request, topic!.Queue(queueId));
            long? committed = group!.QueryOffset(topic.Name, queueId);
            targets[queueId] = !request.IsForced && request.Offset < 0 && committed < target ? committed.Value : target;
        }

        ResetResult result = Set(group!, topic!, targets);
        await _notices.SendAsync(group!, topic!, request.Timestamp, result.Offsets, asCpp).ConfigureAwait(false);
        return result;
    }

    /// <summary>Sends a group to where another one is, in this broker's queues.</summary>
    /// <param name="source">The group that is copied; it stays where it is.</param>
    /// <param name="destination">The group that is sent there.</param>
    /// <param name="onlyTopic">The only topic meant; null for all that the source consumed.</param>
    /// <param name="mayBeOffline">Whether topics count that the source does not subscribe to now.</param>
    public async ValueTask<ResetResult> CloneAsync(
        GroupHandle source, GroupHandle destination, string? onlyTopic, bool mayBeOffline)
    {
        string[] names = source.ReadOffsets(offsets => offsets.Topics.ToArray());
        string[] subscribed = source.Read(state => state.Subscriptions.Select(one => one.Topic).ToArray());
        var all = new Dictionary<MessageQueueKey, long>();
        foreach (string name in names.Where(name => onlyTopic is null ? !TopicNames.IsRetry(name) : name == onlyTopic))
        {
            bool isMeant = mayBeOffline || subscribed.Length == 0 || subscribed.Contains(name);
            if (!isMeant || _node.Topics.Find(name) is not { } topic)
                continue;

            ResetResult result = Set(
                destination, topic, source.ReadOffsets(
                    offsets => new SortedDictionary<int, long>(offsets.OfTopic(name).ToDictionary())));
            foreach ((MessageQueueKey queue, long offset) in result.Offsets)
                all[queue] = offset;
            await _notices.SendAsync(destination, topic, Now, result.Offsets, false).ConfigureAwait(false);
            if (result.Problem is not null)
                return result with { Offsets = all };
        }

        return new ResetResult(ResponseCode.Success, null, all);
    }

    private ResetResult? FindTargets(ResetOffsetRequest request, out GroupHandle? group, out TopicHandle? topic)
    {
        topic = _node.Topics.Find(request.Topic);
        group = _node.Groups.Find(request.Group);
        if (topic is null)
        {
            return ResetResult.Refused(
                ResponseCode.TopicNotExist, $"The topic '{request.Topic}' does not exist on this broker.");
        }

        if (group is null)
        {
            return ResetResult.Refused(
                ResponseCode.SubscriptionGroupNotExist,
                $"The group '{request.Group}' does not exist. Create it first if it is to begin there.");
        }

        if (request.QueueId >= topic.Config.ReadQueues)
        {
            return ResetResult.Refused(
                ResponseCode.SystemError,
                $"The topic '{topic.Name}' has the queues 0 to {topic.Config.ReadQueues - 1}, not {request.QueueId}.");
        }

        if (request.Offset < 0)
            return null;
        if (request.QueueId < 0)
        {
            return ResetResult.Refused(
                ResponseCode.SystemError,
                $"The offset {request.Offset} is of no queue: say which with 'queueId', or give a time.");
        }

        ConsumeQueue queue = topic.Queue(request.QueueId);
        (long min, long max) = (queue.GetMinOffset(), queue.MaxOffset);
        return request.Offset >= min && request.Offset <= max
            ? null
            : ResetResult.Refused(
                ResponseCode.SystemError,
                $"The queue {request.QueueId} of '{topic.Name}' has the offsets {min} to {max}, not {request.Offset}.");
    }

    private static IEnumerable<int> QueuesOf(ResetOffsetRequest request, TopicHandle topic) =>
        request.QueueId >= 0 ? [request.QueueId] : Enumerable.Range(0, topic.Config.ReadQueues);

    private static long TargetOf(ResetOffsetRequest request, ConsumeQueue queue) => request.Offset >= 0 ? request.Offset
        : request.Timestamp < 0 ? queue.MaxOffset
        : Math.Clamp(queue.FindByTime(request.Timestamp), queue.GetMinOffset(), queue.MaxOffset);

    /// <summary>Sets the offsets, has them on disk, and sends on the pulls that wait where the group was.</summary>
    private ResetResult Set(GroupHandle group, TopicHandle topic, SortedDictionary<int, long> targets)
    {
        long until = Now + (long)_node.Options.ResetGuard.TotalMilliseconds;
        var offsets = new Dictionary<MessageQueueKey, long>();
        CommitStatus status = group.Reset(topic.Name, targets.Keys, queueId =>
        {
            long end = topic.Queue(queueId).MaxOffset;
            var mark = new ResetMark(Math.Min(targets[queueId], end), end, until);
            offsets[new MessageQueueKey(topic.Name, _node.Identity.BrokerName, queueId)] = mark.Start;
            return mark;
        });
        if (status == CommitStatus.Refused)
        {
            return ResetResult.Refused(
                ResponseCode.SystemError,
                $"The group '{group.Name}' may have offsets of {_node.Options.MaxCommittedQueuesPerGroup} queues, and "
                + $"would have more with those of '{topic.Name}'; nothing of this topic was changed. Raise "
                + $"{nameof(BrokerOptions.MaxCommittedQueuesPerGroup)}.");
        }

        ResetResult result = Save(offsets);
        foreach ((MessageQueueKey queue, long offset) in offsets)
        {
            _logger.OffsetReset(group.Name, topic.Name, queue.QueueId, offset);
            foreach (IOffsetResetListener listener in _listeners)
                listener.OnReset(group, topic, queue.QueueId, offset);
            _node.Puller.SendOn(group, topic, queue.QueueId);
        }

        return result;
    }

    private ResetResult Save(Dictionary<MessageQueueKey, long> offsets)
    {
        try
        {
            _persister.Save();
            return new ResetResult(ResponseCode.Success, null, offsets);
        }
        catch (StoreIOException cause)
        {
            _logger.OffsetsNotWritten(cause);
            return new ResetResult(
                ResponseCode.SystemError,
                "The offsets are set, but could not be written to disk: the broker tries again, and forgets them if it "
                + $"is killed before. {cause.Message}",
                offsets);
        }
    }
}

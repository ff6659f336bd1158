using OrleansMq.Broker.Clustering;
using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Broker.Nodes;
using OrleansMq.Broker.Pulling;
using OrleansMq.Broker.Sending;
using OrleansMq.Broker.Statistics;
using OrleansMq.Broker.Topics;
using OrleansMq.Broker.Tracing;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;
using OrleansMq.Protocol.Requests;
using OrleansMq.Storage;

namespace OrleansMq.Broker.Popping;

/// <summary>
/// Hands messages out to consumers that acknowledge them one by one, from any queue, and holds those that are ahead of
/// the producers. Thread-safe.
/// </summary>
public sealed class MessagePopper
{
    private readonly TopicCatalog _topics;
    private readonly GroupCatalog _groups;
    private readonly PoppedMessages _pops;
    private readonly QueuePopper _queues;
    private readonly BrokerOptions _options;
    private readonly TimeProvider _time;
    private readonly HeldPops _held;
    private readonly BrokerStatistics _statistics;
    private readonly DeliveryJournal _journal;
    private int _turn;

    internal MessagePopper(
        MessageStore store, TopicCatalog topics, GroupCatalog groups, PoppedMessages pops, BrokerOptions options,
        BrokerIdentity identity, TimeProvider time, HeldPops held, BrokerStatistics statistics,
        DeliveryJournal journal)
    {
        _statistics = statistics;
        _journal = journal;
        _topics = topics;
        _groups = groups;
        _pops = pops;
        _queues = new QueuePopper(store, topics, pops.Log, options.Pops, identity);
        _options = options;
        _time = time;
        _held = held;
        pops.Released = held.Wake;
    }

    /// <summary>How many pops wait for a message.</summary>
    public int HeldCount => _held.Count;

    private long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>
    /// Hands messages out into <paramref name="body"/>: first those whose time is over, then new ones, of the queue
    /// asked for or of all queues in turn.
    /// </summary>
    /// <param name="request">What is wanted.</param>
    /// <param name="client">Who wants it, for the journal of deliveries: the client's id, or its address.</param>
    /// <param name="body">Takes the records.</param>
    public PopOutcome Pop(PopMessageRequest request, string client, OutputBuffer body)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(body);
        if (Check(request, out GroupHandle? group, out TopicHandle? topic) is { } refusal)
            return refusal;

        PullFilter filter = FilterOf(group!, topic!.Name, request);
        if (filter.Problem is not null)
            return PopOutcome.Refused(ResponseCode.SubscriptionParseFailed, filter.Problem);
        var call = new PopCall
        {
            Group = group!,
            Client = client,
            Topic = topic,
            Filter = filter.Effective,
            IsOrdered = IsOrdered(request, group!, topic),
            BeginsAtEnd = request.BeginsAtEnd,
            NowMilliseconds = Now,
            InvisibleMilliseconds = request.InvisibleMilliseconds,
            MaxMessages = request.MaxMessages,
            MaxBytes = _options.MaxPullBytes,
            Body = body,
        };
        foreach (int queueId in QueuesOf(request.QueueId, topic))
        {
            if (call.IsFull || call.IsSpent)
                break;
            Pop(call, queueId);
        }

        if (call.Messages.Count == 0)
            _statistics.CountMiss();
        if (call.Messages.Count == 0 && call.Refusal is not null)
            return call.Refusal;
        return new PopOutcome(
            call.Messages.Count > 0 ? ResponseCode.Success : ResponseCode.PollingTimeout, null, call.NowMilliseconds,
            call.IsOrdered, call.Messages, call.Rest)
        {
            IsCutShort = call.IsCutShort,
        };
    }

    /// <summary>
    /// Finishes the messages of some deliveries and notes who did. The first receipt that is worth nothing is refused;
    /// the others count all the same.
    /// </summary>
    public SendResult Acknowledge(PopKey key, IReadOnlyCollection<PopReceipt> receipts, string client)
    {
        SendResult result = _pops.Finish(key, receipts, out IReadOnlyCollection<long> finished);
        PoppedRanges.ForEach(
            finished,
            (from, to) => _journal.Acknowledged(key.Group, client, key.Topic, key.QueueId, from, to, Now));
        return result;
    }

    /// <summary>How many pops of a group wait for a queue; below 0 for all queues of the topic.</summary>
    public int CountHeld(string group, string topic, int queueId) => _held.CountOf(group, topic, queueId);

    /// <summary>
    /// Whether there is a message that was never handed out to a group, or whose time is over; below 0 in any queue.
    /// Within a message group it may have to wait all the same.
    /// </summary>
    public bool HasMessage(GroupHandle group, TopicHandle topic, int queueId)
    {
        ArgumentNullException.ThrowIfNull(group);
        ArgumentNullException.ThrowIfNull(topic);
        long now = Now;
        foreach (int id in QueuesOf(queueId, topic))
        {
            if (CursorOf(group, topic, id) < topic.Queue(id).MaxOffset
                || _pops.NextVisible(new PopKey(group.Name, topic.Name, id)) <= now)
                return true;
        }

        return false;
    }

    /// <summary>The first message of a queue that was never handed out to a group.</summary>
    public long CursorOf(GroupHandle group, TopicHandle topic, int queueId)
    {
        ArgumentNullException.ThrowIfNull(group);
        ArgumentNullException.ThrowIfNull(topic);
        long min = topic.Queue(queueId).GetMinOffset();
        long begin = group.QueryOffset(topic.Name, queueId) ?? min;
        return Math.Max(_pops.CursorOf(new PopKey(group.Name, topic.Name, queueId)) ?? begin, min);
    }

    /// <summary>When a pop that waits gives up, Unix milliseconds.</summary>
    public long DeadlineOf(long pollMilliseconds) =>
        Now + Math.Clamp(pollMilliseconds, 0, (long)_options.Pops.MaxPollTime.TotalMilliseconds);

    /// <summary>Answers all pops that wait, so that a broker that stops need not wait for them.</summary>
    public void AnswerHeld() => _held.ServeExpired(long.MaxValue);

    /// <summary>Lets a pop wait; false when as many do as may.</summary>
    internal bool TryHold(HeldPop pop)
    {
        if (_held.Count >= _options.Pops.MaxHeld)
            return false;

        _held.Hold(pop);
        _held.ServeReady();
        return true;
    }

    /// <summary>Tries the pops for which something came.</summary>
    internal void ServeReady() => _held.ServeReady();

    /// <summary>
    /// Tries the pops for which a message's time is over, answers those whose own is, and says when to come again.
    /// </summary>
    internal TimeSpan ServeDue(TimeSpan interval)
    {
        long now = Now;
        long next = now + (long)interval.TotalMilliseconds;
        foreach (PopKey waiting in _held.Waiting())
        {
            if (_topics.Find(waiting.Topic) is not { } topic)
                continue;

            foreach (int queueId in QueuesOf(waiting.QueueId, topic))
            {
                PopKey key = waiting with { QueueId = queueId };
                long visibleAt = _pops.NextVisible(key) ?? long.MaxValue;
                if (visibleAt <= now)
                    _held.Wake(key);
                else
                    next = Math.Min(next, visibleAt);
            }
        }

        _held.ServeReady();
        _held.ServeExpired(now);
        return TimeSpan.FromMilliseconds(Math.Max(1, next - now));
    }

    private void Pop(PopCall call, int queueId)
    {
        var key = new PopKey(call.Group.Name, call.Topic.Name, queueId);
        (int before, int bytesBefore, long begun) = (call.Messages.Count, call.Body.Length, _statistics.Begin());
        long cursor;
        do
        {
            if (_pops.FindOrAdd(key) is not { } queue)
            {
                call.Refusal ??= PopOutcome.Refused(
                    ResponseCode.SystemBusy,
                    $"Groups pop from {_options.Pops.MaxQueues} queues, as many as they may; raise "
                    + $"{PopOptions.Section}:{nameof(PopOptions.MaxQueues)}.");
                return;
            }

            cursor = Pop(call, queue);
        }
        while (cursor < 0);

        int count = call.Messages.Count - before;
        if (count == 0)
            return;

        _statistics.CountPop(key, count, call.Body.Length - bytesBefore, cursor, begun);
        PoppedRanges.ForEach(
            call.Messages.Skip(before).Select(message => message.Offset),
            (from, to) => _journal.Delivered(
                call.Group.Name, call.Client, call.Topic.Name, queueId, from, to, call.NowMilliseconds));
    }

    /// <summary>Pops from a queue; below 0 if it was let go meanwhile, else how far the group has come.</summary>
    private long Pop(PopCall call, PoppedQueue queue)
    {
        lock (queue.Lock)
        {
            if (queue.IsGone)
                return -1;

            _queues.Pop(call, queue, call.Topic.Queue(queue.Key.QueueId));
            long cursor = queue.State?.Cursor ?? 0;
            _pops.LetGoIfEmpty(queue);
            return cursor;
        }
    }

    private PopOutcome? Check(PopMessageRequest request, out GroupHandle? group, out TopicHandle? topic)
    {
        topic = null;
        group = _groups.Find(request.ConsumerGroup);
        if (group is null)
            return PopOutcome.Lacks(new MissingGroup(request.ConsumerGroup));
        if (!group.Config.ConsumeEnable)
            return PopOutcome.Refused(ResponseCode.NoPermission, $"The group '{group.Name}' may not consume.");

        topic = _topics.Find(request.Topic);
        if (topic is null)
        {
            return PopOutcome.Refused(
                ResponseCode.TopicNotExist,
                $"The topic '{request.Topic}' does not exist on this broker. Create it first.");
        }

        if (!topic.Config.IsReadable)
            return PopOutcome.Refused(ResponseCode.NoPermission, $"The topic '{topic.Name}' may not be read.");
        if (request.QueueId >= topic.Config.ReadQueues)
        {
            return PopOutcome.Refused(
                ResponseCode.InvalidParameter,
                $"The topic '{topic.Name}' has the queues 0 to {topic.Config.ReadQueues - 1}, not {request.QueueId}.");
        }

        if (request.MaxMessages < 1 || request.MaxMessages > _options.Pops.MaxMessages)
        {
            return PopOutcome.Refused(
                ResponseCode.InvalidParameter,
                $"The field 'maxMsgNums' is {request.MaxMessages}; 1 to {_options.Pops.MaxMessages} are allowed.");
        }

        var invisible = TimeSpan.FromMilliseconds(Math.Clamp(request.InvisibleMilliseconds, -1, int.MaxValue));
        return invisible < _options.Pops.MinInvisibleTime || invisible > _options.Pops.MaxInvisibleTime
            ? PopOutcome.Refused(
                ResponseCode.InvalidParameter,
                $"The field 'invisibleTime' is {request.InvisibleMilliseconds}; "
                + $"{_options.Pops.MinInvisibleTime.TotalMilliseconds:0} to "
                + $"{_options.Pops.MaxInvisibleTime.TotalMilliseconds:0} ms are allowed.")
            : null;
    }

    private IEnumerable<int> QueuesOf(int queueId, TopicHandle topic)
    {
        if (queueId >= 0)
        {
            yield return queueId;
            yield break;
        }

        int queues = topic.Config.ReadQueues;
        int first = (int)((uint)Interlocked.Increment(ref _turn) % (uint)queues);
        for (int index = 0; index < queues; index++)
            yield return (first + index) % queues;
    }

    private static PullFilter FilterOf(GroupHandle group, string topic, PopMessageRequest request) =>
        group.FilterOf(
            topic, request.Expression.Length == 0 ? "*"u8 : request.Expression.Span, request.ExpressionType.Span, 0);

    /// <summary>Order is what one of the three asks for: the consumer, its group, or the topic.</summary>
    private static bool IsOrdered(PopMessageRequest request, GroupHandle group, TopicHandle topic) =>
        request.IsOrdered || group.Config.ConsumeMessageOrderly
        || (topic.Config.Attributes.TryGetValue("message.type", out string? type)
            && string.Equals(type, "FIFO", StringComparison.OrdinalIgnoreCase));
}

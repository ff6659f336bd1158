using System.Diagnostics.CodeAnalysis;
using System.Text;
using OrleansMq.Broker.Clustering;
using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Broker.Statistics;
using OrleansMq.Broker.Topics;
using OrleansMq.Broker.Tracing;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;
using OrleansMq.Protocol.Requests;
using OrleansMq.Storage;
using OrleansMq.Storage.ConsumeQueues;
using OrleansMq.Storage.Reading;

namespace OrleansMq.Broker.Pulling;

/// <summary>Reads messages for consumers and holds those that are ahead of the producers. Thread-safe.</summary>
public sealed class MessagePuller
{
    private const int ScratchIdleBytes = 512 * 1024;

    [ThreadStatic]
    private static OutputBuffer? _scratch;

    private readonly MessageStore _store;
    private readonly TopicCatalog _topics;
    private readonly GroupCatalog _groups;
    private readonly BrokerOptions _options;
    private readonly TimeProvider _time;
    private readonly LongPolls _longPolls;
    private readonly BrokerStatistics _statistics;
    private readonly DeliveryJournal _journal;

    internal MessagePuller(
        MessageStore store, TopicCatalog topics, GroupCatalog groups, BrokerOptions options, TimeProvider time,
        LongPolls longPolls, BrokerStatistics statistics, DeliveryJournal journal)
    {
        _journal = journal;
        _store = store;
        _topics = topics;
        _groups = groups;
        _options = options;
        _time = time;
        _longPolls = longPolls;
        _statistics = statistics;
    }

    /// <summary>Pulls that wait for a message.</summary>
    public int HeldCount => _longPolls.Count;

    private long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>
    /// Reads what a pull asks for into <paramref name="body"/>, and commits the offset that it brings along.
    /// </summary>
    /// <param name="request">The pull.</param>
    /// <param name="client">Who pulls: a client id, or an address.</param>
    /// <param name="body">Takes the records, back to back.</param>
    public PullOutcome Pull(scoped PullMessageRequest request, string client, OutputBuffer body)
    {
        GroupHandle? group = _groups.Find(request.ConsumerGroup);
        if (group is null)
        {
            string name = Encoding.UTF8.GetString(request.ConsumerGroup);
            return PullOutcome.Lacks(
                new MissingGroup(name), $"The consumer group '{name}' was deleted just now; pull again.");
        }

        if (!group.Config.ConsumeEnable)
            return PullOutcome.Refused(ResponseCode.NoPermission, $"The group '{group.Name}' may not consume.");

        TopicHandle? topic = _topics.Find(request.Topic);
        if (topic is null)
            return PullOutcome.Refused(ResponseCode.TopicNotExist, UnknownTopic(request.Topic));
        if (!topic.Config.IsReadable)
            return PullOutcome.Refused(ResponseCode.NoPermission, $"The topic '{topic.Name}' may not be read.");
        if (request.QueueId < 0 || request.QueueId >= topic.Config.ReadQueues)
        {
            return PullOutcome.Refused(
                ResponseCode.SystemError,
                $"The topic '{topic.Name}' has the queues 0 to {topic.Config.ReadQueues - 1}, not {request.QueueId}.");
        }

        PullFilter? filter = (request.Flags & PullFlags.Subscription) != 0
            ? group.FilterOf(topic.Name, request.Subscription, request.ExpressionType, request.SubscriptionVersion)
            : group.FilterOfHeartbeat(topic.Name);
        if (filter is null)
        {
            return PullOutcome.Refused(
                ResponseCode.SubscriptionNotExist, $"The group '{group.Name}' does not subscribe to '{topic.Name}'.");
        }

        if (filter.Problem is not null)
            return PullOutcome.Refused(ResponseCode.SubscriptionParseFailed, filter.Problem);

        ConsumeQueue queue = topic.Queue(request.QueueId);
        if ((request.Flags & PullFlags.CommitOffset) != 0)
            _journal.Commit(group, client, queue, request.CommitOffset);
        if (group.Redirect(topic.Name, request.QueueId, request.QueueOffset) is { } offset)
        {
            return new PullOutcome(
                ResponseCode.PullOffsetMoved, null, Moved(queue, offset), queue, filter.Effective, MayHold: false);
        }

        PullOutcome outcome = Read(
            queue, request.QueueOffset, CountOf(request), BytesOf(request), filter.Effective, group.Name,
            body);
        group.HandOut(topic.Name, request.QueueId, request.QueueOffset, outcome.Result.NextOffset);
        Note(group.Name, client, outcome, request.QueueOffset);
        return outcome;
    }

    /// <summary>The most messages that a pull gets.</summary>
    public int CountOf(scoped PullMessageRequest request) =>
        Math.Clamp(request.MaxMessages, 1, _options.MaxPullMessages);

    /// <summary>The most bytes that a pull gets, give or take its first message.</summary>
    public int BytesOf(scoped PullMessageRequest request) =>
        request.MaxBytes > 0 ? Math.Min(request.MaxBytes, _options.MaxPullBytes) : _options.MaxPullBytes;

    /// <summary>When a pull that waits gives up, Unix milliseconds.</summary>
    public long DeadlineOf(scoped PullMessageRequest request)
    {
        long limit = (long)_options.MaxPullSuspend.TotalMilliseconds;
        return Now + Math.Clamp(request.SuspendTimeoutMilliseconds, 0, limit);
    }

    /// <summary>Answers all pulls that wait, so that a broker that stops need not wait for them.</summary>
    public void AnswerHeld() => AnswerAll(_longPolls.TakeExpired(long.MaxValue));

    /// <summary>Sends on the pulls of a group that wait in a queue where the group is not any more.</summary>
    internal void SendOn(GroupHandle group, TopicHandle topic, int queueId)
    {
        ConsumeQueue queue = topic.Queue(queueId);
        bool IsElsewhere(HeldPull pull) =>
            pull.Group == group.Name && group.Redirect(topic.Name, queueId, pull.Offset) is not null;
        foreach (HeldPull pull in _longPolls.Take(queue, IsElsewhere))
        {
            long offset = group.QueryOffset(topic.Name, queueId) ?? pull.Offset;
            pull.Answer(ResponseCode.PullOffsetMoved, Moved(queue, offset), Scratch());
        }
    }

    /// <summary>Reads a filter for a reader that is no client; false with a problem when it cannot be used.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="kind">The language of the filter.</param>
    /// <param name="expression">The filter; null for all messages.</param>
    /// <param name="filter">The filter, or null for all messages.</param>
    /// <param name="problem">Why it cannot be used.</param>
    public bool TryParseFilter(
        string topic, ExpressionKind kind, string? expression, out IMessageFilter? filter,
        [NotNullWhen(false)] out string? problem)
    {
        var parsed = PullFilter.Parse(
            topic, Encoding.UTF8.GetBytes(expression ?? Subscription.AllExpression),
            kind == ExpressionKind.Sql92 ? PullFilter.Sql92 : default, 0, _options.SqlFilters);
        problem = parsed.Problem;
        filter = problem is null ? parsed.Effective : null;
        return problem is null;
    }

    /// <summary>
    /// Lets a pull wait until its queue has a message for it or its time is over. The caller wakes what watches the
    /// time.
    /// </summary>
    internal void Hold(HeldPull pull)
    {
        _longPolls.Hold(pull);
        ServeReady();
    }

    /// <summary>Answers the pulls whose message has come. Called after every pump of the dispatcher.</summary>
    internal void ServeReady()
    {
        while (_longPolls.TryTakeReady(out HeldPull? pull))
            Serve(pull);
    }

    /// <summary>Answers the pulls whose time is over.</summary>
    internal void ServeExpired() => AnswerAll(_longPolls.TakeExpired(Now));

    private void Serve(HeldPull pull)
    {
        if (pull.IsAbandoned)
            return;

        OutputBuffer body = Scratch();
        PullOutcome outcome = Read(
            pull.Queue, pull.Offset, pull.MaxCount, pull.MaxBytes, pull.Filter, pull.Group, body);
        bool goesOnWaiting = outcome.MayHold
            || (outcome.Result.Status == ReadStatus.NoMatch && outcome.Result.NextOffset >= outcome.Result.MaxOffset);
        if (goesOnWaiting && pull.DeadlineMilliseconds > Now)
        {
            pull.Offset = outcome.Result.NextOffset;
            _longPolls.Hold(pull);
            return;
        }

        Answer(pull, outcome, body);
    }

    private void AnswerAll(IReadOnlyList<HeldPull> pulls)
    {
        foreach (HeldPull pull in pulls)
        {
            if (pull.IsAbandoned)
                continue;

            OutputBuffer body = Scratch();
            PullOutcome outcome = Read(
                pull.Queue, pull.Offset, pull.MaxCount, pull.MaxBytes, pull.Filter, pull.Group, body);
            Answer(pull, outcome, body);
        }
    }

    private void Answer(HeldPull pull, PullOutcome outcome, OutputBuffer body)
    {
        if (pull.Group is not null)
            Note(pull.Group, pull.Client, outcome, pull.Offset);
        pull.Answer(outcome.Code, outcome.Result, body);
    }

    private void Note(string group, string client, PullOutcome outcome, long from)
    {
        ConsumeQueue queue = outcome.Queue!;
        if (outcome.Result.Count > 0)
            _journal.Delivered(group, client, queue.Topic, queue.QueueId, from, outcome.Result.NextOffset, Now);
    }

    /// <summary>
    /// Reads a queue from an offset on into <paramref name="body"/>, for callers that are no clients.
    /// </summary>
    public PullOutcome Read(
        ConsumeQueue queue, long offset, int maxCount, int maxBytes, IMessageFilter? filter, OutputBuffer body) =>
        Read(queue, offset, maxCount, maxBytes, filter, group: null, body);

    private PullOutcome Read(
        ConsumeQueue queue, long offset, int maxCount, int maxBytes, IMessageFilter? filter, string? group,
        OutputBuffer body)
    {
        int before = body.Length;
        long begun = _statistics.Begin();
        ReadResult result = _store.Reader.Read(queue, offset, maxCount, maxBytes, filter, body);
        _statistics.CountGet(queue, group, result, body.Length - before, begun);
        ResponseCode code = result.Status switch
        {
            ReadStatus.Found => ResponseCode.Success,
            ReadStatus.NoMatch => ResponseCode.PullRetryImmediately,
            ReadStatus.AtEnd => ResponseCode.PullNotFound,
            ReadStatus.Empty when offset == 0 => ResponseCode.PullNotFound,
            _ => ResponseCode.PullOffsetMoved,
        };
        return new PullOutcome(code, null, result, queue, filter, code == ResponseCode.PullNotFound)
        {
            Group = group,
        };
    }

    private static ReadResult Moved(ConsumeQueue queue, long offset) =>
        new(ReadStatus.NoMatch, offset, queue.GetMinOffset(), queue.MaxOffset, 0);

    private static OutputBuffer Scratch()
    {
        _scratch ??= new OutputBuffer(ScratchIdleBytes);
        _scratch.Clear();
        return _scratch;
    }

    private static string UnknownTopic(ReadOnlySpan<byte> topic) =>
        $"The topic '{Encoding.UTF8.GetString(topic)}' does not exist on this broker. Create it first.";
}

using System.Diagnostics.CodeAnalysis;
using System.Text;
using Orleans.Concurrency;
using Orleans.Placement;
using OrleansMq.Broker.Clustering;
using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Broker.Nodes;
using OrleansMq.Broker.Popping;
using OrleansMq.Broker.Pulling;
using OrleansMq.Broker.Sending;
using OrleansMq.Grains.Brokers;
using OrleansMq.Grains.Placement;
using OrleansMq.Messages.Records;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;
using OrleansMq.Protocol.Requests;
using OrleansMq.Storage.ConsumeQueues;
using OrleansMq.Storage.Reading;

namespace OrleansMq.Grains.Queues;

/// <summary>Has no state: everything it answers comes from the broker beside it.</summary>
[OwnedByBroker, Reentrant, Immovable]
internal sealed class MessageQueueGrain : OwnedGrain, IMessageQueueGrain
{
    private const int MaxAttempts = 4;

    /// <summary>Who commits or acknowledges through the grain is not known here.</summary>
    private const string GrainClient = "orleans";

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(20);

    private readonly string _topic;
    private readonly byte[] _utf8Topic;
    private readonly int _queueId;
    private readonly TimeProvider _time;
    private (string? Tags, string? Sql, IMessageFilter? Filter) _parsed;

    public MessageQueueGrain(LocalBroker broker, IGrainContext context, TimeProvider time)
        : base(broker)
    {
        (_topic, _, _queueId) = BrokerKey.ParseQueue(context.GrainId.Key.ToString()!);
        _utf8Topic = Encoding.UTF8.GetBytes(_topic);
        _time = time;
    }

    private long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();

    public async Task<AppendReply> Append(MessageBatch batch)
    {
        SendResult result = await WithMetadataAsync(node => Send(node, batch), sent => sent.Missing);
        await SettleAsync(result);
        return new AppendReply(result.Append.QueueOffset, result.Append.PhysicalOffset, result.Append.StoreTimestamp);
    }

    public async Task<PullReply> Pull(PullCommand command)
    {
        WaitingPull waiting;
        using (RunningBroker.Call call = (await GetOwnedAsync()).Begin())
        {
            if (TryRead(call.Node, command, out WaitingPull? held, out PullReply reply))
                return reply;

            waiting = held;
            call.Node.Hold(waiting);
        }

        return await waiting.Answered;
    }

    public async Task<QueueOffsets> GetOffsets()
    {
        using RunningBroker.Call call = (await GetOwnedAsync()).Begin();
        ConsumeQueue queue = Queue(call.Node);
        return new QueueOffsets(queue.GetMinOffset(), queue.MaxOffset);
    }

    public async Task<long> FindByTime(DateTimeOffset time)
    {
        using RunningBroker.Call call = (await GetOwnedAsync()).Begin();
        return Queue(call.Node).FindByTime(time.ToUnixTimeMilliseconds());
    }

    public async Task<bool> Commit(string group, long offset)
    {
        CommitStatus? status = await WithMetadataAsync(
            node =>
            {
                if (offset > Queue(node).MaxOffset)
                    return CommitStatus.IgnoredBeyondEnd;

                CommitStatus? committed = node.Groups.Find(group)?.Commit(_topic, _queueId, offset);
                if (committed == CommitStatus.Committed)
                    node.Deliveries.Acknowledged(group, GrainClient, _topic, _queueId, -1, offset, Now);
                return committed;
            },
            committed => committed is null ? new MissingGroup(group) : null);
        return status is CommitStatus.Committed or CommitStatus.Unchanged;
    }

    public async Task<long?> QueryCommitted(string group)
    {
        using RunningBroker.Call call = (await GetOwnedAsync()).Begin();
        return call.Node.Groups.Find(group)?.QueryOffset(_topic, _queueId);
    }

    public async Task<PopReply> Pop(PopCommand command)
    {
        TimeSpan wait = command.Wait < LongestWait ? command.Wait : LongestWait;
        var request = new PopMessageRequest
        {
            ConsumerGroup = command.Group,
            Topic = _topic,
            QueueId = _queueId,
            MaxMessages = command.MaxCount,
            InvisibleMilliseconds = (long)command.Invisible.TotalMilliseconds,
            PollMilliseconds = (long)wait.TotalMilliseconds,
            Expression = Encoding.UTF8.GetBytes(command.Tags ?? Subscription.AllExpression),
            IsOrdered = command.IsOrdered,
        };
        WaitingPop waiting = await WithMetadataAsync(
            node => new WaitingPop(node, request, GrainClient)
            {
                Group = command.Group,
                Topic = _topic,
                QueueId = _queueId,
                DeadlineMilliseconds = node.Popper.DeadlineOf(request.PollMilliseconds),
            }.Begin(),
            pop => pop.Missing);
        return await waiting.Answered;
    }

    public async Task Acknowledge(string group, long poppedAt, IReadOnlyList<long> offsets)
    {
        SendResult result;
        using (RunningBroker.Call call = (await GetOwnedAsync()).Begin())
        {
            result = call.Node.Popper.Acknowledge(
                KeyOf(group), [.. offsets.Select(offset => new PopReceipt(offset, poppedAt))], GrainClient);
            call.Node.Pump();
        }

        await SettleAsync(result);
    }

    public async Task ChangeInvisible(string group, long poppedAt, long offset, TimeSpan invisible)
    {
        SendResult result;
        using (RunningBroker.Call call = (await GetOwnedAsync()).Begin())
        {
            result = call.Node.Pops.Change(
                KeyOf(group), new PopReceipt(offset, poppedAt), (long)invisible.TotalMilliseconds, out _);
            call.Node.Pump();
        }

        await SettleAsync(result);
    }

    private PopKey KeyOf(string group) => new(group, _topic, _queueId);

    private async Task SettleAsync(SendResult result)
    {
        if (!result.IsStored)
            throw new MessageRefusedException(result.Code, result.Problem!);
        if (result.MustAwaitFlush)
            await AwaitFlushAsync(result);
    }

    private async Task<T> WithMetadataAsync<T>(Func<BrokerNode, T> work, Func<T, MissingMetadata?> missingOf)
    {
        for (int attempt = 1; ; attempt++)
        {
            RunningBroker owned = await GetOwnedAsync();
            MissingMetadata? missing;
            using (RunningBroker.Call call = owned.Begin())
            {
                T result = work(call.Node);
                missing = missingOf(result);
                if (missing is null || attempt == MaxAttempts)
                    return result;
            }

            if (await missing.ProvideAsync(owned.Host.Node.ControlPlane) is { } refusal)
                throw new MessageRefusedException(refusal.Code, refusal.Problem);
        }
    }

    private SendResult Send(BrokerNode node, MessageBatch batch)
    {
        ReadOnlySpan<byte> items = batch.Items.Span;
        ReadOnlySpan<byte> rest = items;
        bool isSingle = BatchItem.TryRead(ref rest, out BatchItem single) && rest.IsEmpty;
        SendResult result = node.Sender.Send(
            new SendMessageRequest
            {
                Topic = _utf8Topic,
                DefaultTopic = "TBW102"u8,
                DefaultTopicQueueCount = node.Options.DefaultTopicQueues,
                QueueId = _queueId,
                BornTimestamp = Now,
                MaxReconsumeTimes = -1,
                Flag = isSingle ? single.Flag : 0,
                Properties = isSingle ? single.Properties : default,
                Body = isSingle ? single.Body : items,
                IsBatch = !isSingle,
            },
            node.Identity.StoreHost, []);
        node.Pump();
        return result;
    }

    private bool TryRead(
        BrokerNode node, PullCommand command, [NotNullWhen(false)] out WaitingPull? held, out PullReply reply)
    {
        ConsumeQueue queue = Queue(node);
        IMessageFilter? filter = FilterOf(node, command);
        int maxCount = Math.Clamp(command.MaxCount, 1, node.Options.MaxPullMessages);
        int maxBytes = command.MaxBytes > 0
            ? Math.Min(command.MaxBytes, node.Options.MaxPullBytes)
            : node.Options.MaxPullBytes;
        using var body = new OutputBuffer();
        PullOutcome outcome = node.Puller.Read(queue, command.Offset, maxCount, maxBytes, filter, body);
        reply = WaitingPull.ReplyOf(outcome.Result, body);
        TimeSpan wait = command.Wait < LongestWait ? command.Wait : LongestWait;
        held = outcome.MayHold && wait > TimeSpan.Zero
            ? new WaitingPull
            {
                Queue = queue,
                Offset = outcome.Result.NextOffset,
                MaxCount = maxCount,
                MaxBytes = maxBytes,
                Filter = filter,
                DeadlineMilliseconds = _time.GetUtcNow().ToUnixTimeMilliseconds() + (long)wait.TotalMilliseconds,
            }
            : null;
        return held is null;
    }

    private ConsumeQueue Queue(BrokerNode node) => node.Queries.FindQueue(_topic, _queueId, out string? problem)
        ?? throw new MessageRefusedException(ResponseCode.TopicNotExist, problem!);

    /// <summary>Parsed once: a reader comes with the same filter again and again.</summary>
    private IMessageFilter? FilterOf(BrokerNode node, PullCommand command)
    {
        if (_parsed.Tags == command.Tags && _parsed.Sql == command.Sql)
            return _parsed.Filter;
        if (command.Tags is not null && command.Sql is not null)
        {
            throw new MessageRefusedException(
                ResponseCode.SubscriptionParseFailed, "A pull has both tags and an SQL filter; give one of them.");
        }

        ExpressionKind kind = command.Sql is null ? ExpressionKind.Tag : ExpressionKind.Sql92;
        if (!node.Puller.TryParseFilter(
            _topic, kind, command.Sql ?? command.Tags, out IMessageFilter? filter, out string? problem))
            throw new MessageRefusedException(ResponseCode.SubscriptionParseFailed, problem);
        _parsed = (command.Tags, command.Sql, filter);
        return filter;
    }

    /// <summary>A pull whose caller waits for the task; it is abandoned by nobody before its time is over.</summary>
    private sealed class WaitingPull : HeldPull
    {
        private readonly TaskCompletionSource<PullReply> _answered =
            new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<PullReply> Answered => _answered.Task;

        public override bool IsAbandoned => false;

        public static PullReply ReplyOf(ReadResult result, OutputBuffer body) => new(
            body.WrittenSpan.ToArray(), result.Count, result.NextOffset, result.MinOffset, result.MaxOffset);

        public override void Answer(ResponseCode code, ReadResult result, OutputBuffer body) =>
            _answered.TrySetResult(ReplyOf(result, body));
    }
}

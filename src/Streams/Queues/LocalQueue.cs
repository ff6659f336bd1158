using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Broker.DeadLetters;
using OrleansMq.Broker.Nodes;
using OrleansMq.Broker.Pulling;
using OrleansMq.Broker.Sending;
using OrleansMq.Grains.Brokers;
using OrleansMq.Grains.Queues;
using OrleansMq.Protocol.Remoting;
using OrleansMq.Storage.Confirmations;
using OrleansMq.Storage.ConsumeQueues;
using OrleansMq.Storage.Reading;

namespace OrleansMq.Streams.Queues;

/// <summary>
/// A queue whose log is in this process, without the way through a grain: subscribers read synchronously. When the
/// broker is closed or elsewhere there is nothing to read. Thread-safe.
/// </summary>
internal sealed class LocalQueue(LocalBroker broker, StreamQueueId id, TimeProvider time)
{
    private const int MaxAttempts = 4;

    public StreamQueueId Id => id;

    /// <summary>What the queue holds; null when it is not here.</summary>
    public QueueOffsets? Offsets => With(queue => new QueueOffsets(queue.GetMinOffset(), queue.MaxOffset));

    /// <summary>The offset of the first message stored at a time or later; null when the queue is not here.</summary>
    public long? FindByTime(long milliseconds) => With(queue => queue.FindByTime(milliseconds));

    /// <summary>Reads records from an offset on into a buffer; null when the queue is not here.</summary>
    public ReadResult? Read(long offset, int maxCount, int maxBytes, OutputBuffer records)
    {
        if (!TryBegin(out RunningBroker.Call call))
            return null;

        using (call)
        {
            return Find(call.Node) is { } queue
                ? call.Node.Puller.Read(queue, offset, maxCount, maxBytes, filter: null, records).Result
                : null;
        }
    }

    /// <summary>Ends when there is a message at an offset, or after a time.</summary>
    public async Task WaitAsync(long offset, TimeSpan wait, CancellationToken cancellationToken)
    {
        Task over = Task.Delay(wait, time, cancellationToken);
        await Task.WhenAny(Hold(offset, wait, cancellationToken) ?? over, over);
    }

    /// <summary>How far a group has come; null when it committed nothing, or the queue is not here.</summary>
    public long? QueryCommitted(string group)
    {
        if (!TryBegin(out RunningBroker.Call call))
            return null;

        using (call)
            return call.Node.Groups.Find(group)?.QueryOffset(id.Topic, id.Queue);
    }

    /// <summary>Commits how far a group has come; what became of it, or null when the queue is not here.</summary>
    public CommitStatus? Commit(string group, long offset)
    {
        if (!TryBegin(out RunningBroker.Call call))
            return null;

        using (call)
            return Find(call.Node) is { } queue ? call.Node.Groups.Find(group)?.CommitOfClient(queue, offset) : null;
    }

    /// <summary>Makes sure that the broker knows a group.</summary>
    public async Task<bool> EnsureGroupAsync(string group)
    {
        if (broker.Running is not { } running)
            return false;
        if (running.Host.Node.Groups.Find(group) is not null)
            return true;

        SubscriptionGroupResult result = await running.Host.Node.ControlPlane.PutGroupAsync(
            new SubscriptionGroupConfig { Name = group });
        return result.Problem is null;
    }

    /// <summary>Stores the dead letter of a message; why it could not be, or null.</summary>
    public async Task<string?> BuryAsync(string group, long position, DeadLetterCause cause)
    {
        for (int attempt = 1; ; attempt++)
        {
            if (!TryBegin(out RunningBroker.Call call))
                return "The broker is not here any more.";

            SendResult result;
            Task<ConfirmationStatus>? flushed = null;
            using (call)
            {
                result = call.Node.SendBacks.Bury(group, position, cause);
                call.Node.Pump();
                if (result.IsStored && result.MustAwaitFlush)
                    flushed = AwaitFlushAsync(call.Node, result);
            }

            if (result.Missing is { } missing && attempt < MaxAttempts)
            {
                if (await missing.ProvideAsync(broker.Host.Node.ControlPlane) is { } refusal)
                    return refusal.Problem;
                continue;
            }

            if (!result.IsStored)
                return result.Problem ?? "It is not known why.";
            return flushed is null || await flushed == ConfirmationStatus.Confirmed
                ? null
                : "It was not flushed to disk in time.";
        }
    }

    /// <summary>Waits among the pulls; null when the queue is not here.</summary>
    private Task? Hold(long offset, TimeSpan wait, CancellationToken cancellationToken)
    {
        if (!TryBegin(out RunningBroker.Call call))
            return null;

        using (call)
        {
            if (Find(call.Node) is not { } queue)
                return null;
            if (queue.MaxOffset > offset)
                return Task.CompletedTask;

            var arrival = new Arrival(cancellationToken)
            {
                Queue = queue,
                Offset = offset,
                MaxCount = 1,
                MaxBytes = 1,
                Filter = null,
                DeadlineMilliseconds = (time.GetUtcNow() + wait).ToUnixTimeMilliseconds(),
            };
            call.Node.Hold(arrival);
            return arrival.Arrived;
        }
    }

    private static Task<ConfirmationStatus> AwaitFlushAsync(BrokerNode node, SendResult result)
    {
        var flushed = new TaskCompletionSource<ConfirmationStatus>(TaskCreationOptions.RunContinuationsAsynchronously);
        node.AwaitFlush(result, flushed.SetResult);
        return flushed.Task;
    }

    private T? With<T>(Func<ConsumeQueue, T> use)
        where T : struct
    {
        if (!TryBegin(out RunningBroker.Call call))
            return null;

        using (call)
            return Find(call.Node) is { } queue ? use(queue) : null;
    }

    private ConsumeQueue? Find(BrokerNode node) =>
        node.Topics.Find(id.Topic) is { } topic && id.Queue < topic.Config.ReadQueues ? topic.Queue(id.Queue) : null;

    private bool TryBegin(out RunningBroker.Call call)
    {
        call = default;
        if (broker.Running is not { } running || running.Host.Node.Identity.BrokerName != id.Broker)
            return false;

        try
        {
            call = running.Begin();
            return true;
        }
        catch (InvalidOperationException)
        {
            // It is being closed.
            return false;
        }
    }

    /// <summary>Waits among the pulls for a message; nobody wants its content.</summary>
    private sealed class Arrival(CancellationToken cancellationToken) : HeldPull
    {
        private readonly TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Arrived => _arrived.Task;

        public override bool IsAbandoned => cancellationToken.IsCancellationRequested;

        public override void Answer(Protocol.Codes.ResponseCode code, ReadResult result, OutputBuffer body) =>
            _arrived.TrySetResult();
    }
}

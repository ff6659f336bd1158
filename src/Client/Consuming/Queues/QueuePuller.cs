using OrleansMq.Client.Brokers;
using OrleansMq.Client.Consuming.Handling;
using OrleansMq.Client.Consuming.Offsets;
using OrleansMq.Client.Diagnostics;
using OrleansMq.Client.Receiving;

namespace OrleansMq.Client.Consuming.Queues;

/// <summary>
/// Keeps a queue filled, with one pull at a time that its broker holds while there is nothing. What fails is tried
/// again, more slowly each time.
/// </summary>
internal sealed class QueuePuller(
    OrleansMqClient client, ConsumerOptions options, PrefetchBudget budget, StartOffsets starts, PauseGate pause,
    HandlerPool handlers)
{
    private readonly BrokerConnections _connections = client.Connections;
    private readonly TimeProvider _time = client.Options.Time;

    /// <summary>Is told when a pull failed: the queue may be elsewhere now.</summary>
    public Action? Failed { get; set; }

    /// <summary>Fills a queue until it is left. Never fails.</summary>
    public async Task RunAsync(AssignedQueue queue)
    {
        var view = new MessageView(options, queue.Key);
        var backoff = new Backoff(options);
        while (!queue.Leaving.IsCancellationRequested)
        {
            bool getsOn = false;
            try
            {
                getsOn = await StepAsync(queue, view).ConfigureAwait(false);
                queue.Problem = null;
            }
            catch (OperationCanceledException)
            {
                // It was left, or begins elsewhere: then its next step says where.
                getsOn = true;
            }
            catch (Exception cause)
            {
                // Even a defect must not end the loop silently: the queue would stand still for good.
                queue.Problem = cause.Message;
                client.Routes.Invalidate(queue.Key.Topic);
                Failed?.Invoke();
            }

            if (getsOn)
                backoff.Reset();
            else
                await Task.Delay(backoff.Next(), _time, queue.Leaving)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>One step; false when it came to nothing sooner than it should have.</summary>
    private async ValueTask<bool> StepAsync(AssignedQueue queue, MessageView view)
    {
        await pause.WaitAsync(queue.Leaving).ConfigureAwait(false);
        bool isEmpty = await queue.WaitForRoomAsync().ConfigureAwait(false);
        if (!isEmpty)
            await budget.WaitAsync(queue.Leaving).ConfigureAwait(false);
        if (queue.Plan() is { } plan)
            return await PullAsync(queue, view, plan).ConfigureAwait(false);

        await starts.BeginAsync(queue).ConfigureAwait(false);
        return true;
    }

    private async ValueTask<bool> PullAsync(AssignedQueue queue, MessageView view, PullPlan plan)
    {
        BrokerClient broker = await _connections.GetAsync(queue.Broker, plan.Cancellation).ConfigureAwait(false);
        long? commit = options.IsBroadcasting ? null : plan.CommitOffset;
        long begun = _time.GetTimestamp();
        PullOutcome outcome = await ObservedPullAsync(broker, queue, view, plan, commit).ConfigureAwait(false);
        if (commit is { } offset)
            queue.Committed(offset, plan.Epoch);
        return TakeIn(queue, view, plan, outcome) || WasHeld(begun);
    }

    private async ValueTask<PullOutcome> ObservedPullAsync(
        BrokerClient broker, AssignedQueue queue, MessageView view, PullPlan plan, long? commit)
    {
        var observation = ReceiveObservation.Begin(_time);
        (string, int) partition = (queue.Key.BrokerName, queue.Key.QueueId);
        try
        {
            PullOutcome outcome = await broker.PullAsync(
                new PullRequest(options.Group, queue.Key.Topic, queue.Key.QueueId, plan.Offset)
                {
                    MaxMessages = plan.MaxMessages,
                    MaxBytes = options.PullBytes,
                    Wait = options.PollTime,
                    Expression = view.Filter.Expression,
                    ExpressionType = view.Filter.ExpressionType,
                    CommitOffset = commit,
                },
                plan.Cancellation).ConfigureAwait(false);
            observation.Received(queue.Key.Topic, partition, options.Group, outcome.Messages);
            return outcome;
        }
        catch (Exception cause) when (cause is not OperationCanceledException)
        {
            observation.Failed(queue.Key.Topic, partition, options.Group, cause);
            throw;
        }
    }

    /// <summary>Takes in what a pull found; false if that is nothing, not even another offset.</summary>
    private bool TakeIn(AssignedQueue queue, MessageView view, PullPlan plan, PullOutcome outcome)
    {
        if (outcome.Status == PullStatus.OffsetMoved && !IsExpired(plan, outcome))
        {
            if (outcome.NextOffset == plan.Offset)
                return false;
            queue.Redirect(outcome.NextOffset, plan.Epoch);
            return true;
        }

        int more = queue.Add(view.Show(outcome.Messages), outcome.NextOffset, plan.Epoch);
        handlers.Schedule(queue, more);
        return outcome.NextOffset > plan.Offset;
    }

    /// <summary>Whether messages are gone by age; what is held of before is still to be consumed.</summary>
    private static bool IsExpired(PullPlan plan, PullOutcome outcome) =>
        outcome.NextOffset > plan.Offset && outcome.NextOffset == outcome.MinOffset;

    /// <summary>A broker that holds no pulls is not asked again and again.</summary>
    private bool WasHeld(long begun)
    {
        TimeSpan least = options.RetryDelay < options.PollTime ? options.RetryDelay : options.PollTime;
        return _time.GetElapsedTime(begun) >= least / 2;
    }
}

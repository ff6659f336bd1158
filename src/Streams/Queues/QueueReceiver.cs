using Microsoft.Extensions.Logging;
using Orleans.Streams;
using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Streams.Delivery;
using OrleansMq.Streams.Diagnostics;

namespace OrleansMq.Streams.Queues;

/// <summary>
/// Reads a queue on from its checkpoint, which is a committed offset of the provider's group, and commits how far all
/// subscriptions are.
/// </summary>
internal sealed class QueueReceiver(
    StreamQueue queue, string group, long sinceMilliseconds, Handshakes handshakes, StreamQueues queues,
    TimeProvider time, ILogger logger) : IQueueAdapterReceiver
{
    /// <summary>How long the agent is kept waiting: then it looks after its streams.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private long _committed;
    private long _committedAt;
    private CommitStatus? _status = CommitStatus.Committed;
    private bool _isOpen;

    public async Task Initialize(TimeSpan timeout)
    {
        await TryOpenAsync();
        if (!_isOpen)
            logger.NotOpen(queue.Log.Id.Topic, queue.Log.Id.Key);
    }

    [Obsolete("The agent passes a token.")]
    public Task<IList<IBatchContainer>> GetQueueMessagesAsync(int maxCount) =>
        GetQueueMessagesAsync(maxCount, CancellationToken.None);

    public async Task<IList<IBatchContainer>> GetQueueMessagesAsync(int maxCount, CancellationToken cancellationToken)
    {
        // It is that of the agent's timer, which the agent stops first of all when it ends.
        queue.AgentToken = cancellationToken;
        if (!_isOpen && !await TryOpenAsync())
            return [];

        long began = time.GetTimestamp();
        while (true)
        {
            CommitIfDue();
            List<IBatchContainer> arrivals = queue.ReadOn(maxCount);
            if (arrivals.Count > 0 || cancellationToken.IsCancellationRequested
                || time.GetElapsedTime(began) >= LongestWait)
                return arrivals;

            await WaitAsync(cancellationToken);
        }
    }

    [Obsolete("The agent passes a token.")]
    public Task MessagesDeliveredAsync(IList<IBatchContainer> messages) => Task.CompletedTask;

    /// <summary>
    /// Commits what is done by now, so that the next reader goes on there. Who is at work on something gets the time to
    /// finish.
    /// </summary>
    public async Task Shutdown(TimeSpan timeout)
    {
        long began = time.GetTimestamp();
        while (queue.Cursors.Any(cursor => cursor.Attempts.IsRunning) && time.GetElapsedTime(began) < timeout / 2)
            await Task.Delay(Pause, time);
        if (_isOpen)
            Commit();
        _isOpen = false;
        queues.Remove(queue);
    }

    private async Task<bool> TryOpenAsync()
    {
        if (queue.Log.Offsets is not { } offsets || !await queue.Log.EnsureGroupAsync(group))
            return false;

        long start = queue.Log.QueryCommitted(group) ?? queue.Log.FindByTime(sinceMilliseconds) ?? offsets.Min;
        queue.Begin(Math.Clamp(start, offsets.Min, offsets.Max));
        _committed = queue.End;
        _committedAt = time.GetTimestamp();
        _isOpen = true;
        logger.Reads(queue.Log.Id.Topic, queue.Log.Id.Key, queue.End);
        return true;
    }

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        TimeSpan wait = queue.Options.CheckpointInterval < LongestWait ? queue.Options.CheckpointInterval : LongestWait;
        try
        {
            await queue.WaitAsync(wait, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The agent ends.
        }
    }

    private void CommitIfDue()
    {
        // Where a subscriber begins is not known before it said so.
        if (time.GetElapsedTime(_committedAt) >= queue.Options.CheckpointInterval && !handshakes.AreRunning)
            Commit();
    }

    private void Commit()
    {
        _committedAt = time.GetTimestamp();
        long checkpoint = queue.GetCheckpoint(_committed);
        queue.MeasureLags(queue.Log.Offsets?.Max ?? queue.End);
        if (checkpoint <= _committed)
            return;

        CommitStatus? before = _status;
        _status = queue.Log.Commit(group, checkpoint);
        if (_status is CommitStatus.Committed or CommitStatus.Unchanged)
            _committed = checkpoint;
        else if (_status != before)
            logger.NotCommitted(queue.Log.Id.Topic, queue.Log.Id.Key, checkpoint, _status?.ToString() ?? "not here");
    }
}

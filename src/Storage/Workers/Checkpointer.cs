using OrleansMq.Storage.Checkpoints;
using OrleansMq.Storage.CommitLogs;
using OrleansMq.Storage.Confirmations;
using OrleansMq.Storage.ConsumeQueues;
using OrleansMq.Storage.Dispatching;
using OrleansMq.Storage.Files;
using OrleansMq.Storage.Indexes;

namespace OrleansMq.Storage.Workers;

/// <summary>Makes the indexes durable now and then and moves the recovery point behind them.</summary>
/// <remarks>Invariant: recover from ≤ flushed until, and every index entry of a record below is on disk.</remarks>
internal sealed class Checkpointer(
    IStoreFileSystem files, CommitLog log, ConsumeQueueTable queues, MessageIndex index, Dispatcher dispatcher,
    CheckpointFile checkpoint, ConfirmationQueue confirmations, StoreOptions options, TimeProvider time) : IStoreWorker
{
    /// <summary>With very many queues a checkpoint takes long; it may use this share of the time.</summary>
    private const int RestFactor = 5;

    private long _lastRecoverFrom = -1;

    public string Name => "omq-checkpoint";

    public WorkerSignal Signal { get; } = new();

    public TimeSpan PumpOnce()
    {
        confirmations.CompleteExpired(time.GetUtcNow().ToUnixTimeMilliseconds());
        if (log.Failure is not null)
            return Timeout.InfiniteTimeSpan;

        long started = time.GetTimestamp();
        try
        {
            if (!Run())
                return Timeout.InfiniteTimeSpan;
        }
        catch (StoreIOException cause)
        {
            log.Seal(cause);
            return Timeout.InfiniteTimeSpan;
        }

        TimeSpan rest = time.GetElapsedTime(started) * RestFactor;
        return rest > options.CheckpointInterval ? rest : options.CheckpointInterval;
    }

    /// <summary>Writes a checkpoint; false when nothing has changed since the last one.</summary>
    public bool Run()
    {
        (long dispatched, List<QueueSegment> dirty, List<Action> work) = dispatcher.WhilePaused(Prepare);

        // No index may be durable further than the log: its entries would outlive the records they point at.
        while (log.FlushedUntil < dispatched && log.Failure is null)
            log.FlushOnce();
        if (log.Failure is not null)
            return false;

        long flushed = log.FlushedUntil;
        if (dirty.Count > 0)
            files.Flush([.. dirty.Select(segment => segment.Path)]);
        foreach (Action write in work)
            write();

        long recoverFrom = dispatcher.Targets.Select(target => target.DurableUntil)
            .Append(dispatched).Append(flushed).Min();
        if (recoverFrom == _lastRecoverFrom)
            return dispatched > recoverFrom;

        checkpoint.Write(new CheckpointState(
            flushed, recoverFrom, log.LastTimestamp, index.DurableMark, index.DurableUntil));
        _lastRecoverFrom = recoverFrom;
        return true;
    }

    private (long Dispatched, List<QueueSegment> Dirty, List<Action> Work) Prepare(long dispatched) =>
        (dispatched, queues.TakeDirty(),
            [.. dispatcher.Targets.Select(target => target.PrepareDurable(dispatched)).OfType<Action>()]);
}

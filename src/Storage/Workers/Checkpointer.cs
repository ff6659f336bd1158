using OrleansMq.Storage.Checkpoints;
using OrleansMq.Storage.CommitLogs;
using OrleansMq.Storage.ConsumeQueues;
using OrleansMq.Storage.Dispatching;
using OrleansMq.Storage.Files;
using OrleansMq.Storage.Indexes;

namespace OrleansMq.Storage.Workers;

/// <summary>Makes the indexes durable now and then and moves the recovery point behind them.</summary>
/// <remarks>Invariant: recover from ≤ flushed until, and every index entry of a record below is on disk.</remarks>
internal sealed class Checkpointer(
    IStoreFileSystem files, CommitLog log, ConsumeQueueTable queues, MessageIndex index, Dispatcher dispatcher,
    CheckpointFile checkpoint, StoreOptions options, TimeProvider time) : IStoreWorker
{
    /// <summary>With very many queues a checkpoint takes long; it may use this share of the time.</summary>
    private const int RestFactor = 5;
    private static readonly TimeSpan QueueEndsInterval = TimeSpan.FromSeconds(10);

    private CheckpointState? _written;
    private long _queueEndsAt;
    private bool _hasQueueEnds;
    private long _nextAt = long.MinValue;
    private volatile bool _isIdle;

    public string Name => "omq-checkpoint";

    public WorkerSignal Signal { get; } = new();

    /// <summary>Where recovery would begin; records below are not needed to open the store again.</summary>
    public long RecoverFrom => Volatile.Read(ref _written)?.RecoverFrom ?? 0;

    /// <summary>
    /// Wakes the worker if it waits for something to do; one that rests between checkpoints goes on resting.
    /// </summary>
    public void WakeIfIdle()
    {
        if (_isIdle)
            Signal.Set();
    }

    public TimeSpan PumpOnce()
    {
        long started = time.GetTimestamp();
        if (started < _nextAt)
            return time.GetElapsedTime(started, _nextAt);
        if (log.Failure is not null)
            return Timeout.InfiniteTimeSpan;

        // Before looking: what is flushed from here on wakes it up again.
        _isIdle = true;
        try
        {
            if (!Run(isClosing: false))
                return Timeout.InfiniteTimeSpan;
        }
        catch (StoreIOException cause)
        {
            log.Seal(cause);
            return Timeout.InfiniteTimeSpan;
        }

        _isIdle = false;
        TimeSpan rest = time.GetElapsedTime(started) * RestFactor;
        rest = rest > options.CheckpointInterval ? rest : options.CheckpointInterval;
        _nextAt = time.GetTimestamp() + (long)(rest.TotalSeconds * time.TimestampFrequency);
        return rest;
    }

    /// <summary>Takes over the checkpoint that the store was opened with.</summary>
    public void Adopt(CheckpointState? state) => Volatile.Write(ref _written, state);

    /// <summary>
    /// Sets the recovery point back, before entries behind it are given up. Durable when the call returns.
    /// </summary>
    public void Rewind(long recoverFrom)
    {
        if (_written is { } state && state.RecoverFrom > recoverFrom)
            Write(state with { RecoverFrom = recoverFrom });
    }

    /// <summary>Writes a checkpoint; false when there is nothing left to write.</summary>
    /// <param name="isClosing">Whether even that is written which can wait.</param>
    public bool Run(bool isClosing)
    {
        bool isQueueEndsDue = isClosing || !_hasQueueEnds || time.GetElapsedTime(_queueEndsAt) >= QueueEndsInterval;
        Prepared prepared = dispatcher.WhilePaused(dispatched => Prepare(dispatched, isQueueEndsDue));

        // No index may be durable further than the log: its entries would outlive the records they point at.
        while (log.FlushedUntil < prepared.Dispatched && log.Failure is null)
            log.FlushOnce();
        if (log.Failure is not null)
            return false;

        long flushed = log.FlushedUntil;
        if (prepared.Files.Count + prepared.Directories.Count > 0)
            files.Flush(prepared.Files, prepared.Directories);
        foreach (Action write in prepared.Work)
            write();
        if (isQueueEndsDue)
            WriteQueueEnds(prepared.QueueEnds);

        long recoverFrom = dispatcher.Targets.Select(target => target.DurableUntil)
            .Append(prepared.Dispatched).Append(flushed).Min();
        var state = new CheckpointState(flushed, recoverFrom, log.LastTimestamp, index.DurableMark, index.DurableUntil);
        bool isNew = state != _written;
        if (isNew)
            Write(state);

        // What was not due yet is written by a later run, even if nothing more is sent.
        return isNew || recoverFrom < prepared.Dispatched || !isQueueEndsDue;
    }

    private void WriteQueueEnds(List<((string Topic, int QueueId) Queue, QueueEnd End)> changed)
    {
        if (changed.Count > 0 || (!_hasQueueEnds && !queues.Ends.IsUsable))
            queues.Ends.Write(changed);
        _hasQueueEnds = true;
        _queueEndsAt = time.GetTimestamp();
    }

    private void Write(CheckpointState state)
    {
        checkpoint.Write(state);
        Volatile.Write(ref _written, state);
    }

    private Prepared Prepare(long dispatched, bool isQueueEndsDue)
    {
        (List<string> dirtyFiles, IReadOnlyCollection<string> directories) = queues.TakeDirty();
        return new Prepared(
            dispatched,
            dirtyFiles,
            directories,
            [.. dispatcher.Targets.Select(target => target.PrepareDurable(dispatched)).OfType<Action>()],
            isQueueEndsDue ? queues.Ends.Changed(queues.Opened) : []);
    }

    private readonly record struct Prepared(
        long Dispatched, List<string> Files, IReadOnlyCollection<string> Directories, List<Action> Work,
        List<((string Topic, int QueueId) Queue, QueueEnd End)> QueueEnds);
}

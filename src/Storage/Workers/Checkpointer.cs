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
        if (dispatcher.WhilePaused(dispatched => Prepare(dispatched, isQueueEndsDue)) is not { } prepared)
            return true;

        // No index may be durable further than the log: its entries would outlive the records they point at.
        while (log.FlushedUntil < prepared.Dispatched && log.Failure is null)
            log.FlushOnce();
        if (log.Failure is not null)
            return false;

        long flushed = log.FlushedUntil;
        if (prepared.Files.Count + prepared.Directories.Count > 0)
            files.Flush(prepared.Files, prepared.Directories);
        if (!TryWrite(prepared.Work, isClosing))
            return true;
        bool areEndsWritten = isQueueEndsDue && TryWriteQueueEnds(prepared.QueueEnds);

        long recoverFrom = dispatcher.Targets.Select(target => target.DurableUntil)
            .Append(prepared.Dispatched).Append(flushed).Min();
        var state = new CheckpointState(flushed, recoverFrom, log.LastTimestamp, index.DurableMark, index.DurableUntil);
        bool isNew = state != _written;
        if (isNew)
            Write(state);

        // What was not due yet is written by a later run, even if nothing more is sent.
        return isNew || recoverFrom < prepared.Dispatched || !areEndsWritten;
    }

    /// <summary>
    /// Without space for what a target writes there is no checkpoint: recovery has more to read, and a later one makes
    /// up. As the store closes that is for the caller to know.
    /// </summary>
    private static bool TryWrite(List<Action> work, bool isClosing)
    {
        try
        {
            foreach (Action write in work)
                write();
            return true;
        }
        catch (StoreIOException cause) when (cause.IsDiskFull && !isClosing)
        {
            return false;
        }
    }

    private bool TryWriteQueueEnds(List<((string Topic, int QueueId) Queue, QueueEnd End)> changed)
    {
        _queueEndsAt = time.GetTimestamp();
        try
        {
            if (changed.Count > 0 || (!_hasQueueEnds && !queues.Ends.IsUsable))
                queues.Ends.Write(changed);
            _hasQueueEnds = true;
            return true;
        }
        catch (StoreIOException cause) when (cause.IsDiskFull)
        {
            // The old ones are true as well, of an earlier moment.
            return false;
        }
    }

    private void Write(CheckpointState state)
    {
        checkpoint.Write(state);
        Volatile.Write(ref _written, state);
    }

    /// <summary>
    /// What is to be written; null while a record is indexed in part, which no checkpoint must make durable.
    /// </summary>
    private Prepared? Prepare(long dispatched, bool isQueueEndsDue)
    {
        if (log.IsIndexingStalled)
            return null;

        (List<string> dirtyFiles, IReadOnlyCollection<string> directories) = queues.TakeDirty();
        return new Prepared(
            dispatched,
            dirtyFiles,
            directories,
            [.. dispatcher.Targets.Select(target => target.PrepareDurable(dispatched)).OfType<Action>()],
            isQueueEndsDue ? queues.Ends.Changed(queues.Opened) : []);
    }

    private sealed record Prepared(
        long Dispatched, List<string> Files, IReadOnlyCollection<string> Directories, List<Action> Work,
        List<((string Topic, int QueueId) Queue, QueueEnd End)> QueueEnds);
}

using Microsoft.Extensions.Logging;
using OrleansMq.Messages.Records;
using OrleansMq.Storage.Checkpoints;
using OrleansMq.Storage.CommitLogs;
using OrleansMq.Storage.ConsumeQueues;
using OrleansMq.Storage.Diagnostics;
using OrleansMq.Storage.Dispatching;
using OrleansMq.Storage.Files;
using OrleansMq.Storage.Indexes;
using OrleansMq.Storage.Workers;

namespace OrleansMq.Storage.Recovery;

/// <summary>Brings a store from whatever an earlier process left to a consistent state.</summary>
/// <remarks>
/// Every step may be cut short by another crash: nothing is written that a second recovery would read differently, and
/// the checkpoint moves only after the indexes are complete again.
/// </remarks>
internal sealed class StoreRecovery(
    StoreOptions options, CommitLog log, ConsumeQueueTable queues, MessageIndex index,
    Dispatcher dispatcher, Checkpointer checkpointer, DamageList damages, ILogger logger)
{
    /// <summary>Finds the log's end and completes the indexes; returns how many records were read back.</summary>
    /// <param name="checkpoint">What is known to be on disk; null when nothing is.</param>
    /// <param name="isClean">Whether the store was closed.</param>
    /// <exception cref="StoreCorruptException">Log files are missing at the end.</exception>
    public long Run(CheckpointState? checkpoint, bool isClean)
    {
        RefuseMissingEnd(checkpoint);
        isClean &= checkpoint is not null;
        long scanFrom = Math.Max(log.MinOffset, checkpoint?.RecoverFrom ?? 0);
        ScanResult scan = FindEnd(scanFrom, checkpoint, isClean);
        long recoverFrom = Math.Min(scanFrom, scan.End);

        index.Recover(checkpoint?.Index, checkpoint?.IndexDurableUntil ?? log.MinOffset, isClean);
        dispatcher.VerifyUntil = recoverFrom;
        CompleteIndexes(isClean ? long.MaxValue : recoverFrom, recoverFrom);
        bool canRebuild = !isClean && recoverFrom > log.MinOffset;
        if (canRebuild && !log.IsIndexingStalled && AreQueuesIncomplete())
        {
            logger.RebuildingQueues(dispatcher.Gaps);
            checkpointer.Rewind(log.MinOffset);
            CompleteIndexes(log.MinOffset, log.MinOffset);
            canRebuild = false;
        }

        if (log.IsIndexingStalled)
            dispatcher.CaughtUp = () => EndLate(canRebuild);
        else
            queues.EndRecovery();
        return scan.Records;
    }

    /// <summary>
    /// Ends a recovery that had to wait for space. Readers use the queues by now, which can no longer be made anew.
    /// </summary>
    private void EndLate(bool canRebuild)
    {
        if (canRebuild && AreQueuesIncomplete())
        {
            throw new StoreIOException(
                $"Consume queues in '{options.Directory}' are incomplete, and could not be rebuilt as the store was "
                + "opened since the disk was full. Start the broker again to have them rebuilt.");
        }

        queues.EndRecovery();
    }

    /// <summary>
    /// The checkpoint vouches for records: without their file they must not be taken for a torn tail.
    /// </summary>
    private void RefuseMissingEnd(CheckpointState? checkpoint)
    {
        if (checkpoint is null || checkpoint.FlushedUntil <= log.AppendedUntil)
            return;

        throw new StoreCorruptException(
            $"The commit log in '{options.Directory}' ends at {log.AppendedUntil}, but was on disk up to "
            + $"{checkpoint.FlushedUntil}: its last files are missing. Restore them from a backup, or delete the file "
            + $"'{CheckpointFile.Name}' to go on without them.");
    }

    private bool AreQueuesIncomplete() => dispatcher.Gaps > 0 || queues.Damaged > 0 || queues.HasLostEntries();

    private ScanResult FindEnd(long scanFrom, CheckpointState? checkpoint, bool isClean)
    {
        long flushedUntil = checkpoint?.FlushedUntil ?? long.MaxValue;
        ScanResult scan = new LogScanner(log, options).Scan(scanFrom, flushedUntil, damages);
        foreach ((long start, long end) in damages.Ranges)
            logger.DamagedRange(start, end, scan.Defect);
        if (scan.Defect is not (RecordDefect.Empty or RecordDefect.Blank))
            logger.TornTail(scan.End, log.AppendedUntil, scan.Defect);

        if (!isClean)
            log.CutAt(scan.End);
        long lastTimestamp = Math.Max(scan.LastTimestamp, checkpoint?.LastTimestamp ?? 0);
        log.SetEnd(scan.End, Math.Min(scanFrom, scan.End), lastTimestamp);
        log.Rewrite(checkpoint is null ? Math.Max(scanFrom, scan.End - options.CommitLogFileBytes) : scanFrom);
        log.FlushOnce();
        if (log.Failure is not null)
            throw log.Failure;
        return scan;
    }

    private void CompleteIndexes(long cutFrom, long dispatchFrom)
    {
        queues.CloseAll();
        queues.RecoverFrom = cutFrom;
        if (cutFrom != long.MaxValue)
        {
            // Every queue, touched by the lost seconds or not, must lose its stale entries before new ones come.
            queues.OpenAll();
        }

        long from = dispatcher.Targets.Select(target => target.DurableUntil).Append(dispatchFrom).Min();
        dispatcher.Reset(Math.Clamp(from, log.MinOffset, log.AppendedUntil));
        dispatcher.Pump();
        if (log.Failure is not null)
            throw log.Failure;
    }
}

using Microsoft.Extensions.Logging;
using OrleansMq.Storage.CommitLogs;
using OrleansMq.Storage.ConsumeQueues;
using OrleansMq.Storage.Diagnostics;
using OrleansMq.Storage.Files;
using OrleansMq.Storage.Indexes;
using OrleansMq.Storage.Workers;

namespace OrleansMq.Storage.Retention;

/// <summary>
/// Deletes what has expired, oldest first and one file a step, then what a nearly full disk demands; refuses messages
/// when even that does not help. How far consumers have come plays no part.
/// </summary>
internal sealed class Cleaner(
    IStoreFileSystem files, CommitLog log, ConsumeQueueTable queues, MessageIndex index, StoreOptions options,
    TimeProvider time, ILogger logger) : IStoreWorker
{
    /// <summary>A big file is cut off in slices, since freeing a GiB at once stalls some file systems.</summary>
    private const long SliceBytes = 128L * 1024 * 1024;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan BetweenSlices = TimeSpan.FromMilliseconds(20);

    private string? _beingDeleted;

    public string Name => "omq-clean";

    public WorkerSignal Signal { get; } = new();

    public TimeSpan PumpOnce()
    {
        if (_beingDeleted is not null)
        {
            DeleteSlice(_beingDeleted);
            return BetweenSlices;
        }

        double used = files.GetDiskSpace(options.Directory).UsedRatio;
        UpdateDiskFull(used);
        string? reason = ReasonToDelete(used);
        if (reason is null || log.RetireOldest() is not { } path)
            return Interval;

        logger.FileDeleted(path, reason);
        _beingDeleted = path;
        foreach (ConsumeQueue queue in queues.Opened)
            queue.DeleteBelow(log.MinOffset);
        index.DeleteBelow(log.MinOffset);
        return BetweenSlices;
    }

    private void UpdateDiskFull(double used)
    {
        bool isFull = used > options.DiskFullRatio;
        if (isFull == log.IsDiskFull)
            return;

        log.IsDiskFull = isFull;
        if (isFull)
            logger.DiskFull(options.Directory, used * 100, options.DiskFullRatio * 100);
        else
            logger.DiskHasRoom(options.Directory);
    }

    private string? ReasonToDelete(double used)
    {
        if (!log.TryGetOldest(out _, out long lastTimestamp))
            return null;
        if (used > options.DiskCleanRatio)
            return $"the disk is {used:P1} full";

        long expiry = time.GetUtcNow().ToUnixTimeMilliseconds() - (long)options.Retention.TotalMilliseconds;
        return lastTimestamp > 0 && lastTimestamp < expiry ? $"older than {options.Retention}" : null;
    }

    private void DeleteSlice(string path)
    {
        long left = files.GetLength(path) - SliceBytes;
        if (left > 0)
        {
            files.Truncate(path, left);
            return;
        }

        files.Delete(path);
        files.SyncDirectory(Path.GetDirectoryName(path)!);
        _beingDeleted = null;
    }
}

using Microsoft.Extensions.Logging;
using OrleansMq.Storage.CommitLogs;
using OrleansMq.Storage.ConsumeQueues;
using OrleansMq.Storage.Diagnostics;
using OrleansMq.Storage.Files;
using OrleansMq.Storage.Indexes;
using OrleansMq.Storage.Recovery;
using OrleansMq.Storage.Workers;

namespace OrleansMq.Storage.Retention;

/// <summary>
/// Deletes what has expired, oldest first and one file a step, then what a nearly full disk demands; refuses messages
/// when even that does not help. How far consumers have come plays no part, but what the checkpoint still needs stays.
/// </summary>
internal sealed class Cleaner(
    IStoreFileSystem files, CommitLog log, ConsumeQueueTable queues, MessageIndex index, Checkpointer checkpointer,
    StoreOptions options, TimeProvider time, ILogger logger) : IStoreWorker
{
    /// <summary>A big file is cut off in slices, since freeing a GiB at once stalls some file systems.</summary>
    private const int Slices = 8;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan BetweenSlices = TimeSpan.FromMilliseconds(20);

    private readonly long _sliceBytes = options.CommitLogFileBytes / Slices;
    private LogSegment? _retired;
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

        if (_retired is not null)
        {
            TryBeginDelete(_retired);
            return BetweenSlices;
        }

        double used = files.GetDiskSpace(options.Directory).UsedRatio;
        UpdateDiskFull(used);
        string? reason = ReasonToDelete(used);
        if (reason is null || log.RetireOldest(checkpointer.RecoverFrom) is not { } oldest)
            return Interval;

        _retired = oldest;
        logger.FileDeleted(oldest.File.Path, reason);
        queues.DeleteBelow(log.MinOffset);
        index.DeleteBelow(log.MinOffset);
        return BetweenSlices;
    }

    private void UpdateDiskFull(double used)
    {
        bool isFull = used > options.DiskFullRatio;
        if (isFull == log.IsAboveDiskLimit)
            return;

        log.IsAboveDiskLimit = isFull;
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

    /// <summary>
    /// Renames the file, so that a crash between two slices leaves no short one in the log. A mapping that is still
    /// read would end the process if its file were cut.
    /// </summary>
    private void TryBeginDelete(LogSegment segment)
    {
        if (!segment.IsClosed)
            return;

        string path = segment.File.Path + LogDirectory.ExpiredSuffix;
        files.Rename(segment.File.Path, path);
        files.SyncDirectory(Path.GetDirectoryName(path)!);
        _beingDeleted = path;
        _retired = null;
    }

    private void DeleteSlice(string path)
    {
        long left = files.FileExists(path) ? files.GetLength(path) - _sliceBytes : 0;
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

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
/// Cuts topics that are kept for a shorter time, deletes what has expired, oldest first and one file a step, then what
/// a nearly full disk demands if that is allowed; refuses messages when nothing of it helps. How far consumers have
/// come plays no part, but what the checkpoint or an <see cref="IRecordHolder"/> still needs stays.
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
    private readonly TopicCuts _cuts = new(queues, options);
    private LogSegment? _retired;
    private long _heldStart = -1;
    private long _nextCutAt = long.MinValue;
    private string? _beingDeleted;

    public string Name => "omq-clean";

    public WorkerSignal Signal { get; } = new();

    public IRetentionRules Rules { get; set; } = SameRetention.Instance;

    public IReadOnlyList<IRecordHolder> Holders { get; set; } = [];

    /// <summary>How full the disk was when it was last looked at.</summary>
    public double DiskUsedRatio { get; private set; }

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
        DiskUsedRatio = used;
        UpdateDiskFull(used);
        bool isCut = TryCutTopics();
        return TryRetire(used) ? BetweenSlices : isCut ? Interval : BetweenSlices;
    }

    /// <summary>Cuts topics once an interval; false when there is more to cut at once.</summary>
    private bool TryCutTopics()
    {
        if (time.GetTimestamp() < _nextCutAt)
            return true;
        if (!_cuts.Step(Rules, time.GetUtcNow().ToUnixTimeMilliseconds()))
            return log.IsDiskFull;

        _nextCutAt = time.GetTimestamp() + (long)(Interval.TotalSeconds * time.TimestampFrequency);
        return true;
    }

    /// <summary>Takes the oldest file out of the log if it is to go; whether there is more to do at once.</summary>
    private bool TryRetire(double used)
    {
        if (!log.TryGetOldest(out long start, out long lastTimestamp))
            return false;

        long end = start + options.CommitLogFileBytes;
        FileDecision decision = FileDecision.Decide(
            new FileFacts(end, lastTimestamp, _cuts.WantedFrom, NeededFrom),
            time.GetUtcNow().ToUnixTimeMilliseconds(), used, options);
        if (decision.Verdict == FileVerdict.MoveFirst)
            Move(start, end, decision.Reason);
        return decision.Verdict == FileVerdict.Delete && TryRetire(end, decision.Reason);
    }

    private bool TryRetire(long end, string reason)
    {
        if (end > checkpointer.RecoverFrom)
            return false;

        // What was stored anew in place of records of this file may have been appended a moment ago.
        log.FlushOnce();
        if (log.Failure is not null)
            return false;

        Rules.BeforeDelete(end, reason);
        _cuts.DropBelow(end);
        if (log.RetireOldest(checkpointer.RecoverFrom) is not { } oldest)
            return false;

        _retired = oldest;
        logger.FileDeleted(oldest.File.Path, reason);
        queues.DeleteBelow(log.MinOffset);
        index.DeleteBelow(log.MinOffset);
        return true;
    }

    private long NeededFrom() => Holders.Select(holder => holder.NeededFrom).Append(long.MaxValue).Min();

    private void Move(long start, long end, string reason)
    {
        foreach (IRecordHolder holder in Holders.Where(holder => holder.NeededFrom < end))
        {
            if (_heldStart != start)
                logger.FileHeld(LogSegment.NameOf(start), reason, holder.Subject);
            holder.MoveAbove(end);
        }

        _heldStart = start;
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

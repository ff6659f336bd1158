using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using OrleansMq.Messages.Records;
using OrleansMq.Storage.ConsumeQueues;
using OrleansMq.Storage.Files;

namespace OrleansMq.Storage.CommitLogs;

/// <summary>The log of all records of one broker: files of fixed size, one writer at a time, read in place.</summary>
/// <remarks>
/// Failure policy: a write or flush that fails seals the log. What is on disk is then unknown, so nothing is retried,
/// every waiting send fails, and only opening the store again, which reads back what is there, makes it usable.
/// A file that finds no space is no failure, since nothing was written yet: appends are refused until there is some.
/// Watermarks never go back while the store is open: flushed ≤ appended, confirmed ≤ appended.
/// </remarks>
public sealed class CommitLog
{
    private readonly LogFiles _files;
    private readonly NextSegment _next;
    private readonly PagesAhead _pages;
    private readonly StoreOptions _options;
    private readonly TimeProvider _time;
    private readonly Lock _appendLock = new();
    private readonly Lock _segmentsLock = new();
    private readonly Lock _flushLock = new();

    private readonly long _flushWindowMilliseconds;

    private LogSegment[] _segments;
    private LogSegment _active;
    private long _appendedUntil;
    private long _flushedUntil;
    private long _lastTimestamp;
    private long _oldestUnflushed = long.MaxValue;
    private volatile bool _isAboveDiskLimit;
    private volatile bool _isIndexingStalled;
    private volatile StoreIOException? _failure;

    /// <summary>Opens the files; the whole of them is readable until recovery sets where the log ends.</summary>
    internal CommitLog(LogFiles files, StoreOptions options, TimeProvider time, LogSegment[] segments)
    {
        _files = files;
        _next = new NextSegment(files);
        _pages = new PagesAhead(options, time);
        _options = options;
        _time = time;
        _flushWindowMilliseconds = (long)options.FlushWindow.TotalMilliseconds;
        _segments = segments;
        _active = segments[^1];
        _appendedUntil = _active.End;
    }

    /// <summary>Wakes the worker that prepares space ahead of the appends.</summary>
    internal Action WakePreparer { get; set; } = static () => { };

    /// <summary>Wakes the flusher when a record is the first that is not on disk.</summary>
    internal Action WakeFlusher { get; set; } = static () => { };

    /// <summary>Called once when the log is sealed.</summary>
    internal Action<StoreIOException> Sealed { get; set; } = static _ => { };

    /// <summary>The position of the first byte that is still kept.</summary>
    public long MinOffset => Volatile.Read(ref _segments)[0].Start;

    /// <summary>The position behind the oldest file.</summary>
    public long OldestFileEnd => MinOffset + _options.CommitLogFileBytes;

    /// <summary>The end of the last record copied into the log.</summary>
    public long AppendedUntil => Volatile.Read(ref _appendedUntil);

    /// <summary>All below is on disk.</summary>
    public long FlushedUntil => Volatile.Read(ref _flushedUntil);

    /// <summary>All below is as durable as this broker promises, and may be shown to consumers.</summary>
    public long ConfirmedUntil => _options.FlushMode == FlushMode.Sync ? FlushedUntil : AppendedUntil;

    /// <summary>What sealed the log, if anything did.</summary>
    public StoreIOException? Failure => _failure;

    /// <summary>Whether appends are refused for lack of space, be it only those that need another file.</summary>
    public bool IsDiskFull =>
        _isAboveDiskLimit || _isIndexingStalled || _next.IsRefused || !Volatile.Read(ref _active).IsReserved;

    /// <summary>Whether the disk is above <see cref="StoreOptions.DiskFullRatio"/>.</summary>
    internal bool IsAboveDiskLimit
    {
        get => _isAboveDiskLimit;
        set => _isAboveDiskLimit = value;
    }

    /// <summary>
    /// Whether the indexes wait for space. Appends are refused meanwhile, so that they do not fall behind for good.
    /// </summary>
    internal bool IsIndexingStalled
    {
        get => _isIndexingStalled;
        set => _isIndexingStalled = value;
    }

    /// <summary>
    /// Whether a record stored at this time may only be acknowledged once it is on disk: always under
    /// <see cref="FlushMode.Sync"/>, else when the flushes have fallen behind their window.
    /// </summary>
    public bool MustAwaitFlush(long storeTimestamp) => _options.FlushMode == FlushMode.Sync
        || storeTimestamp - Volatile.Read(ref _oldestUnflushed) > _flushWindowMilliseconds;

    /// <summary>When the last record was stored, Unix milliseconds.</summary>
    internal long LastTimestamp => Volatile.Read(ref _lastTimestamp);

    /// <summary>Whether the oldest record that is not on disk has waited longer than the flush window.</summary>
    internal bool IsFlushOverdue => LastTimestamp - Volatile.Read(ref _oldestUnflushed) > _flushWindowMilliseconds;

    /// <summary>
    /// Appends a record at the end of a queue. Thread-safe; the record is copied before the call returns.
    /// </summary>
    public AppendResult Append(ConsumeQueue queue, scoped RecordEncoder record)
    {
        lock (_appendLock)
            return AppendLocked(queue, record, Now());
    }

    /// <summary>
    /// Appends the messages of a batch body one behind the other. A body that is malformed or holds a message that fits
    /// no record is refused as a whole, and so is one that needs another file if the disk has no space for it. A log
    /// that is sealed in the middle keeps the messages before: the batch's outcome is then unknown to its sender.
    /// </summary>
    /// <param name="queue">The queue that takes all of them.</param>
    /// <param name="template">What they share: everything but flag, body and properties.</param>
    /// <param name="items">The batch body, see <see cref="BatchItem"/>.</param>
    /// <param name="physicalOffsets">Takes the position of each record.</param>
    /// <returns>The result of the first record with the end offset of the last, or the refusal.</returns>
    public AppendResult AppendBatch(
        ConsumeQueue queue, scoped MessageDraft template, ReadOnlySpan<byte> items, ICollection<long> physicalOffsets)
    {
        AppendStatus status = BatchCheck.Check(
            items, template.Topic.Length, _options.CommitLogFileBytes, out long maxBytes);
        if (status != AppendStatus.Appended)
            return AppendResult.Refused(status);

        AppendResult? first = null;
        lock (_appendLock)
        {
            if (NeedsNextFile(maxBytes) && _failure is null && MakeNext() is not AppendStatus.Appended and var refusal)
                return AppendResult.Refused(refusal);

            long now = Now();
            while (BatchItem.TryRead(ref items, out BatchItem item))
            {
                AppendResult result = AppendLocked(queue, new RecordEncoder(new MessageDraft
                {
                    Topic = template.Topic,
                    QueueId = template.QueueId,
                    Body = item.Body,
                    Properties = item.Properties,
                    Flag = item.Flag,
                    SystemFlags = template.SystemFlags,
                    BornTimestamp = template.BornTimestamp,
                    BornHost = template.BornHost,
                    StoreHost = template.StoreHost,
                }), now);
                if (result.Status != AppendStatus.Appended)
                    return result;

                physicalOffsets.Add(result.PhysicalOffset);
                first = (first ?? result) with { EndOffset = result.EndOffset };
            }
        }

        return first!.Value;
    }

    /// <summary>
    /// Opens the log for reading at a position. False when the position lies outside of what is kept and appended.
    /// The bytes reach to the end of the file or of what is appended, whichever comes first.
    /// </summary>
    public bool TryRead(long physicalOffset, out RecordLease lease)
    {
        lease = default;
        long end = AppendedUntil;
        if (physicalOffset >= end || !TryAcquire(physicalOffset, out LogSegment? segment))
            return false;

        int at = (int)(physicalOffset - segment.Start);
        int length = (int)Math.Min(segment.Length - at, end - physicalOffset);
        lease = new RecordLease(segment, segment.Span.Slice(at, length));
        return true;
    }

    /// <summary>The position of the file behind the one that holds a position.</summary>
    internal long NextSegmentStart(long physicalOffset)
    {
        long fileBytes = _options.CommitLogFileBytes;
        return (physicalOffset / fileBytes * fileBytes) + fileBytes;
    }

    /// <summary>Flushes all that is appended; returns whether anything had to be. One flush runs at a time.</summary>
    internal bool FlushOnce()
    {
        lock (_flushLock)
            return FlushLocked();
    }

    /// <summary>Reserves the space that will be needed next, if it is not there yet.</summary>
    /// <exception cref="StoreIOException">The disk failed, or is full: then nothing has changed.</exception>
    internal void ReserveAhead()
    {
        LogSegment active = Volatile.Read(ref _active);
        if (!active.IsReserved)
            Replace(active, _files.Create(active.Start));
        if (_next.IsRefused || AppendedUntil - active.Start > active.Length / 2)
            _next.Make(active.End, _pages.Prepare);
    }

    /// <summary>Populates pages ahead of the appends; returns whether it did anything.</summary>
    internal bool PopulateAhead()
    {
        LogSegment active = Volatile.Read(ref _active);
        return active.IsReserved && _pages.Step(active, AppendedUntil);
    }

    /// <summary>Stops accepting records for good and remembers why.</summary>
    internal void Seal(StoreIOException cause)
    {
        lock (_appendLock)
        {
            if (_failure is not null)
                return;
            _failure = cause;
        }

        Sealed(cause);
    }

    /// <summary>
    /// Drops everything from a position on: later files, and the rest of its own, which reads as zeros then. Durable
    /// when the call returns: a record that was cut off must not come back behind new ones.
    /// </summary>
    internal void CutAt(long end)
    {
        LogSegment[] kept = [.. _segments.TakeWhile((segment, index) => index == 0 || segment.Start < end)];

        // From the end, one by one, and the length last: another crash must leave neither a hole between the files nor
        // a short one before others.
        foreach (LogSegment segment in _segments[kept.Length..].Reverse())
            _files.Delete(segment);

        _segments = kept;
        if (end < kept[^1].End)
            kept[^1] = _files.Cut(kept[^1], end);
    }

    /// <summary>
    /// Sets where the log ends after recovery; everything below is taken as flushed once it has been.
    /// </summary>
    internal void SetEnd(long end, long flushedUntil, long lastTimestamp)
    {
        if (end >= _segments[^1].End && _next.TryMake(end))
            _segments = [.. _segments, _next.Take()];

        // On a full disk, the last file even if the log ends where it does: appends wait for the next one.
        _active = _segments.Last(segment => segment.Start <= end);
        LogSegment? ahead = _segments.FirstOrDefault(segment => segment.Start > end);
        if (ahead is { IsReserved: false })
        {
            ahead.Release();
            ahead = null;
        }

        _next.Adopt(ahead, _active.Start);
        _segments = [.. _segments.TakeWhile(segment => segment.Start <= end)];
        _appendedUntil = end;
        _flushedUntil = flushedUntil;
        _pages.BeginAt(end);
        _lastTimestamp = lastTimestamp;
        _oldestUnflushed = end == flushedUntil ? long.MaxValue : lastTimestamp;
    }

    /// <summary>
    /// Marks what recovery found behind a position as not written yet, so that the next flush writes it for certain:
    /// after a flush that failed, the kernel may take pages for clean that are not on disk.
    /// </summary>
    internal void Rewrite(long from)
    {
        foreach (LogSegment segment in _segments.Where(segment => segment.End > from && segment.Start < _appendedUntil))
        {
            int start = (int)Math.Max(0, from - segment.Start);
            int end = (int)Math.Min(segment.Length, _appendedUntil - segment.Start);
            if (!segment.IsReserved && start < end)
                segment.File.Allocate(start, end - start);
            segment.File.Populate(start, end - start, inSinglePages: false);
        }
    }

    /// <summary>Start and last record's time of the oldest file, unless it is the one being written.</summary>
    internal bool TryGetOldest(out long start, out long lastTimestamp)
    {
        LogSegment[] segments = Volatile.Read(ref _segments);
        start = segments[0].Start;
        lastTimestamp = 0;
        if (segments.Length < 2)
            return false;

        // The first record of the next file is as old as the last of this one, to within their order; if it is damaged,
        // a later file's will do.
        foreach (LogSegment segment in segments[1..])
        {
            if (!TryRead(segment.Start, out RecordLease lease))
                break;

            using (lease)
            {
                if (RecordView.TryRead(lease.Bytes, out RecordView record) != RecordDefect.None)
                    continue;
                lastTimestamp = record.StoreTimestamp;
                return true;
            }
        }

        return true;
    }

    /// <summary>
    /// Takes the oldest file out of the log if it ends at or below a limit. Readers that hold it finish; once it is
    /// closed, the file is the caller's to delete.
    /// </summary>
    internal LogSegment? RetireOldest(long limit)
    {
        lock (_segmentsLock)
        {
            if (_segments.Length < 2 || _segments[0].End > limit)
                return null;

            LogSegment oldest = _segments[0];
            Volatile.Write(ref _segments, _segments[1..]);
            oldest.Release();
            return oldest;
        }
    }

    /// <summary>Unmaps everything.</summary>
    internal void Close()
    {
        lock (_appendLock)
            _failure ??= new StoreIOException("The store is closed.");
        foreach (LogSegment segment in _segments)
            segment.Release();
        _next.Close();
    }

    private AppendResult AppendLocked(ConsumeQueue queue, scoped RecordEncoder record, long now)
    {
        if (_failure is not null)
            return AppendResult.Refused(AppendStatus.Sealed);
        if (_isAboveDiskLimit || _isIndexingStalled || !_active.IsReserved)
            return AppendResult.Refused(AppendStatus.DiskFull);

        int size = record.SizeBytes;
        if (size > _options.CommitLogFileBytes - RecordLayout.BlankSizeBytes)
            return AppendResult.Refused(AppendStatus.TooLarge);
        if (NeedsNextFile(size) && Roll() is not AppendStatus.Appended and var refusal)
            return AppendResult.Refused(refusal);

        long position = _appendedUntil;
        long timestamp = Math.Max(_lastTimestamp, now);
        long queueOffset = queue.NextOffset;
        record.Write(_active.Span[(int)(position - _active.Start)..], queueOffset, position, timestamp);

        queue.NextOffset = queueOffset + 1;
        _lastTimestamp = timestamp;
        if (_oldestUnflushed == long.MaxValue)
        {
            Volatile.Write(ref _oldestUnflushed, timestamp);
            WakeFlusher();
        }

        Volatile.Write(ref _appendedUntil, position + size);
        if (_pages.IsRunningOut(position + size))
            WakePreparer();
        return new AppendResult(AppendStatus.Appended, position, queueOffset, timestamp, position + size);
    }

    private bool FlushLocked()
    {
        long target;
        long begun;
        lock (_appendLock)
        {
            target = _appendedUntil;
            begun = _lastTimestamp;
        }

        long flushed = FlushedUntil;
        if (target == flushed || _failure is not null)
            return false;

        try
        {
            // Not the pages that are ready ahead of the appends: nobody waits for them.
            foreach (LogSegment segment in Volatile.Read(ref _segments))
                segment.Flush(flushed, target);
        }
        catch (StoreIOException cause)
        {
            Seal(cause);
            return false;
        }

        lock (_appendLock)
        {
            Volatile.Write(ref _flushedUntil, target);
            Volatile.Write(ref _oldestUnflushed, _appendedUntil == target ? long.MaxValue : begun);
        }

        return true;
    }

    private long Now() => _time.GetUtcNow().ToUnixTimeMilliseconds();

    private bool NeedsNextFile(long bytes) => _appendedUntil + bytes + RecordLayout.BlankSizeBytes > _active.End;

    /// <summary>Marks the rest of the active file as unused and goes on in the next one.</summary>
    private AppendStatus Roll()
    {
        AppendStatus status = MakeNext();
        if (status != AppendStatus.Appended)
            return status;

        // A file that was opened without its successor has its mark already.
        LogSegment next = _next.Take();
        int at = (int)(_appendedUntil - _active.Start);
        if (at < _active.Length)
        {
            Span<byte> mark = _active.Span.Slice(at, RecordLayout.BlankSizeBytes);
            BinaryPrimitives.WriteInt32BigEndian(mark, _active.Length - at);
            BinaryPrimitives.WriteInt32BigEndian(mark[RecordLayout.MagicAt..], RecordLayout.BlankMagic);
        }

        lock (_segmentsLock)
            Volatile.Write(ref _segments, [.. _segments, next]);
        Volatile.Write(ref _active, next);
        _pages.GoOnIn(next);
        Volatile.Write(ref _appendedUntil, next.Start);
        return AppendStatus.Appended;
    }

    private AppendStatus MakeNext()
    {
        bool wasRefused = _next.IsRefused;
        try
        {
            if (_next.TryMake(_active.End))
                return AppendStatus.Appended;
        }
        catch (StoreIOException cause)
        {
            Seal(cause);
            return AppendStatus.Sealed;
        }

        if (!wasRefused)
            WakePreparer();
        return AppendStatus.DiskFull;
    }

    /// <summary>Puts a mapping that can be written in the place of one that could not.</summary>
    private void Replace(LogSegment unreserved, LogSegment reserved)
    {
        // Nothing was appended to it, so no flush is under way in it either.
        lock (_appendLock)
        {
            lock (_segmentsLock)
                Volatile.Write(ref _segments, [.. _segments[..^1], reserved]);
            Volatile.Write(ref _active, reserved);
        }

        unreserved.Release();
    }

    private bool TryAcquire(long physicalOffset, [NotNullWhen(true)] out LogSegment? segment)
    {
        while (true)
        {
            LogSegment[] segments = Volatile.Read(ref _segments);
            long index = (physicalOffset - segments[0].Start) / _options.CommitLogFileBytes;
            segment = physicalOffset >= segments[0].Start && index < segments.Length ? segments[index] : null;
            if (segment is null || segment.TryAcquire())
                return segment is not null;

            // Retired, or replaced by another mapping meanwhile.
            if (segments == Volatile.Read(ref _segments))
                return false;
        }
    }
}

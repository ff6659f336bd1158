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
/// Watermarks never go back while the store is open: flushed ≤ appended, confirmed ≤ appended.
/// </remarks>
public sealed class CommitLog
{
    /// <summary>Bounds what a record takes besides body, properties and topic.</summary>
    private const int MaxFixedBytes = 160;
    private const int PopulateAheadBytes = 8 * 1024 * 1024;
    private const int PopulateStepBytes = 2 * 1024 * 1024;

    private readonly IStoreFileSystem _files;
    private readonly StoreOptions _options;
    private readonly TimeProvider _time;
    private readonly string _directory;
    private readonly Lock _appendLock = new();
    private readonly Lock _segmentsLock = new();
    private readonly Lock _flushLock = new();

    private readonly long _flushWindowMilliseconds;

    private LogSegment[] _segments;
    private LogSegment _active;
    private LogSegment? _next;
    private long _appendedUntil;
    private long _flushedUntil;
    private long _populatedUntil;
    private long _preparedAt;
    private long _lastTimestamp;
    private long _oldestUnflushed = long.MaxValue;
    private volatile bool _isDiskFull;
    private volatile StoreIOException? _failure;

    /// <summary>Opens the files; the whole of them is readable until recovery sets where the log ends.</summary>
    internal CommitLog(
        IStoreFileSystem files, StoreOptions options, TimeProvider time, string directory, LogSegment[] segments)
    {
        _files = files;
        _options = options;
        _time = time;
        _directory = directory;
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

    /// <summary>The end of the last record copied into the log.</summary>
    public long AppendedUntil => Volatile.Read(ref _appendedUntil);

    /// <summary>All below is on disk.</summary>
    public long FlushedUntil => Volatile.Read(ref _flushedUntil);

    /// <summary>All below is as durable as this broker promises, and may be shown to consumers.</summary>
    public long ConfirmedUntil => _options.FlushMode == FlushMode.Sync ? FlushedUntil : AppendedUntil;

    /// <summary>What sealed the log, if anything did.</summary>
    public StoreIOException? Failure => _failure;

    /// <summary>Whether appends are refused because the disk is nearly full.</summary>
    public bool IsDiskFull
    {
        get => _isDiskFull;
        internal set => _isDiskFull = value;
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
    /// no record is refused as a whole. A log that is sealed in the middle keeps the messages before: the batch's
    /// outcome is then unknown to its sender.
    /// </summary>
    /// <param name="queue">The queue that takes all of them.</param>
    /// <param name="template">What they share: everything but flag, body and properties.</param>
    /// <param name="items">The batch body, see <see cref="BatchItem"/>.</param>
    /// <param name="physicalOffsets">Takes the position of each record.</param>
    /// <returns>The result of the first record with the end offset of the last, or the refusal.</returns>
    public AppendResult AppendBatch(
        ConsumeQueue queue, scoped MessageDraft template, ReadOnlySpan<byte> items, ICollection<long> physicalOffsets)
    {
        AppendStatus status = Check(template, items);
        if (status != AppendStatus.Appended)
            return AppendResult.Refused(status);

        AppendResult? first = null;
        lock (_appendLock)
        {
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

    /// <summary>
    /// Allocates the next file and populates pages ahead of the appends; returns whether it did anything.
    /// </summary>
    internal bool PrepareAhead()
    {
        LogSegment active = Volatile.Read(ref _active);
        long appended = AppendedUntil;
        if (_next is null && appended - active.Start > active.Length / 2)
        {
            LogSegment next = CreateSegment(active.End);
            Populate(next, 0, PopulateAheadBytes);
            Interlocked.Exchange(ref _next, next)?.Release();
            return true;
        }

        long from = Math.Max(appended, Volatile.Read(ref _populatedUntil));
        if (from >= active.End || from - appended >= PopulateAheadBytes)
        {
            _preparedAt = _time.GetTimestamp();
            return false;
        }

        Populate(active, (int)(from - active.Start), PopulateStepBytes);
        Volatile.Write(ref _populatedUntil, from + PopulateStepBytes);
        return true;
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
        {
            segment.Release();
            _files.Delete(segment.File.Path);
            _files.SyncDirectory(_directory);
        }

        LogSegment last = kept[^1];
        _segments = kept;
        if (end < last.End)
        {
            last.Release();
            _files.Truncate(last.File.Path, end - last.Start);
            kept[^1] = CreateSegment(last.Start);
        }
    }

    /// <summary>
    /// Sets where the log ends after recovery; everything below is taken as flushed once it has been.
    /// </summary>
    internal void SetEnd(long end, long flushedUntil, long lastTimestamp)
    {
        if (end >= _segments[^1].End)
            _segments = [.. _segments, CreateSegment(end)];
        _active = _segments.Last(segment => segment.Start <= end);
        _next = _active == _segments[^1] ? null : _segments[^1];
        _segments = [.. _segments.TakeWhile(segment => segment.Start <= end)];
        _appendedUntil = end;
        _flushedUntil = flushedUntil;
        _populatedUntil = end;
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
        _next?.Release();
    }

    internal static LogSegment CreateSegment(
        IStoreFileSystem files, string directory, long start, int fileBytes)
    {
        LogSegment segment = OpenSegment(files, directory, start, fileBytes);

        // The length as well: only the last file may turn out short after a crash.
        segment.File.Flush();
        files.SyncDirectory(directory);
        return segment;
    }

    internal static LogSegment OpenSegment(
        IStoreFileSystem files, string directory, long start, int fileBytes) => new(
            start, files.Map(Path.Combine(directory, LogSegment.NameOf(start)), fileBytes, preallocate: true));

    private AppendStatus Check(scoped MessageDraft template, ReadOnlySpan<byte> items)
    {
        if (items.IsEmpty)
            return AppendStatus.Malformed;

        int roomBytes = _options.CommitLogFileBytes - RecordLayout.BlankSizeBytes - MaxFixedBytes;
        while (BatchItem.TryRead(ref items, out BatchItem item))
        {
            if (item.Properties.Length > RecordEncoder.MaxPropertiesBytes
                || item.Body.Length + item.Properties.Length + template.Topic.Length > roomBytes)
                return AppendStatus.TooLarge;
        }

        return items.IsEmpty ? AppendStatus.Appended : AppendStatus.Malformed;
    }

    private AppendResult AppendLocked(ConsumeQueue queue, scoped RecordEncoder record, long now)
    {
        if (_failure is not null)
            return AppendResult.Refused(AppendStatus.Sealed);
        if (_isDiskFull)
            return AppendResult.Refused(AppendStatus.DiskFull);

        int size = record.SizeBytes;
        if (size > _options.CommitLogFileBytes - RecordLayout.BlankSizeBytes)
            return AppendResult.Refused(AppendStatus.TooLarge);
        if (_appendedUntil + size + RecordLayout.BlankSizeBytes > _active.End && !TryRoll())
            return AppendResult.Refused(AppendStatus.Sealed);

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
        if (position + size + (PopulateAheadBytes / 2) > _populatedUntil)
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

    /// <summary>
    /// Brings pages into memory, small ones when flushes are small: a flush of one record must not write megabytes.
    /// Under <see cref="FlushMode.Sync"/> they are written as well: a page's first write takes a commit of the file
    /// system's journal, which no record has to wait for then.
    /// </summary>
    private void Populate(LogSegment segment, int offset, int length)
    {
        bool isSync = _options.FlushMode == FlushMode.Sync;
        bool isBusy = _time.GetElapsedTime(_preparedAt) < _options.FlushWindow / 2;
        length = Math.Min(length, segment.Length - offset);
        segment.File.Populate(offset, length, inSinglePages: isSync || !isBusy);
        if (isSync)
            segment.File.Flush(offset, length);
    }

    private long Now() => _time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Marks the rest of the active file as unused and goes on in the next one.</summary>
    private bool TryRoll()
    {
        try
        {
            LogSegment? prepared = Interlocked.Exchange(ref _next, null);
            LogSegment next = prepared?.Start == _active.End ? prepared : CreateSegment(_active.End);
            if (prepared != next)
                prepared?.Release();
            int at = (int)(_appendedUntil - _active.Start);
            Span<byte> mark = _active.Span.Slice(at, RecordLayout.BlankSizeBytes);
            BinaryPrimitives.WriteInt32BigEndian(mark, _active.Length - at);
            BinaryPrimitives.WriteInt32BigEndian(mark[RecordLayout.MagicAt..], RecordLayout.BlankMagic);

            lock (_segmentsLock)
                Volatile.Write(ref _segments, [.. _segments, next]);
            Volatile.Write(ref _active, next);
            Volatile.Write(ref _populatedUntil, next.Start + PopulateAheadBytes);
            Volatile.Write(ref _appendedUntil, next.Start);
            return true;
        }
        catch (StoreIOException cause)
        {
            Seal(cause);
            return false;
        }
    }

    private LogSegment CreateSegment(long start) =>
        CreateSegment(_files, _directory, start, _options.CommitLogFileBytes);

    private bool TryAcquire(long physicalOffset, [NotNullWhen(true)] out LogSegment? segment)
    {
        LogSegment[] segments = Volatile.Read(ref _segments);
        long index = (physicalOffset - segments[0].Start) / _options.CommitLogFileBytes;
        segment = physicalOffset >= segments[0].Start && index < segments.Length ? segments[index] : null;
        return segment is not null && segment.TryAcquire();
    }
}

using System.Text;
using OrleansMq.Messages.Records;
using OrleansMq.Storage.CommitLogs;
using OrleansMq.Storage.Files;

namespace OrleansMq.Storage.ConsumeQueues;

/// <summary>The messages of one queue in order: an index into the commit log, dense in the queue offset.</summary>
/// <remarks>
/// Written by the dispatcher alone, read by any thread. Opened from its files on first use. An entry becomes visible
/// when <see cref="MaxOffset"/> passes it. Layout: docs/formats/consume-queue.md.
/// </remarks>
public sealed class ConsumeQueue
{
    private readonly ConsumeQueueTable _table;
    private readonly IStoreFileSystem _files;
    private readonly MappingBudget _budget;
    private readonly CommitLog _log;
    private readonly string _directory;
    private readonly int _entriesPerFile;
    private readonly byte[] _topicUtf8;
    private readonly Lock _segmentsLock = new();

    private QueueSegment[] _segments = [];
    private long _maxOffset;
    private long _writtenUntil;
    private long _minOffset;
    private long _minOffsetIsForLogMin = -1;
    private long _floor;
    private int _isDamageReported;

    internal ConsumeQueue(ConsumeQueueTable table, string topic, int queueId, string directory)
    {
        _table = table;
        _files = table.Files;
        _budget = table.Budget;
        _log = table.Log;
        _entriesPerFile = table.EntriesPerFile;
        _directory = directory;
        _topicUtf8 = Encoding.UTF8.GetBytes(topic);
        Topic = topic;
        QueueId = queueId;
        Open(table.RecoverFrom, table.Ends.Of(topic, queueId));
    }

    /// <summary>The topic.</summary>
    public string Topic { get; }

    /// <summary>The queue's number within the topic.</summary>
    public int QueueId { get; }

    /// <summary>One past the last message that consumers may see.</summary>
    public long MaxOffset => Volatile.Read(ref _maxOffset);

    /// <summary>The offset that the next appended record gets. Guarded by the log's append lock.</summary>
    internal long NextOffset { get; set; }

    /// <summary>
    /// Lower offsets were cut off, or belong to a topic of this name that was deleted: their records never come back.
    /// </summary>
    public long Floor => Volatile.Read(ref _floor);

    /// <summary>The first message that is still kept; equals <see cref="MaxOffset"/> when there is none.</summary>
    public long GetMinOffset()
    {
        long logMin = _log.MinOffset;
        long min = Volatile.Read(ref _minOffsetIsForLogMin) == logMin
            ? Volatile.Read(ref _minOffset)
            : FindMinOffset(logMin);
        return Math.Max(min, Floor);
    }

    /// <summary>
    /// Copies entries from an offset on and returns how many; zero at or above <see cref="MaxOffset"/> and below what
    /// is kept. May return fewer than fit, at the end of a file.
    /// </summary>
    public int Read(long fromOffset, Span<ConsumeQueueEntry> destination)
    {
        long count = Math.Min(destination.Length, MaxOffset - fromOffset);
        QueueSegment? segment = count > 0 ? Find(fromOffset) : null;
        if (segment is null || !segment.TryAcquire(out Span<byte> bytes))
            return 0;

        try
        {
            count = Math.Min(count, segment.EndOffset - fromOffset);
            ReadOnlySpan<byte> entries = bytes[ByteOf(segment, fromOffset)..];
            for (int index = 0; index < count; index++)
                destination[index] = ConsumeQueueEntry.Read(entries[(index * ConsumeQueueEntry.EntryBytes)..]);
        }
        finally
        {
            segment.Release();
        }

        return (int)count;
    }

    /// <summary>
    /// The offset of the first message stored at or after a time (Unix milliseconds); <see cref="MaxOffset"/> when all
    /// are older.
    /// </summary>
    public long FindByTime(long timestamp)
    {
        long min = GetMinOffset();
        return FindFirst(entry => StoreTimestampOf(entry) >= timestamp, min);
    }

    /// <summary>The offset of the first message that stands at or above a position of the log.</summary>
    public long FindByPosition(long physicalOffset) =>
        FindFirst(entry => entry.PhysicalOffset >= physicalOffset, GetMinOffset());

    /// <summary>
    /// When the message at an offset was stored, Unix milliseconds; one that is gone or unreadable counts as old.
    /// </summary>
    internal long StoreTimestampAt(long offset) => StoreTimestampOf(EntryAt(offset));

    /// <summary>Cuts off the messages below an offset, up to <see cref="MaxOffset"/>, for good.</summary>
    internal void RaiseFloor(long offset)
    {
        long floor = Floor;
        while (floor < offset)
        {
            long seen = Interlocked.CompareExchange(ref _floor, offset, floor);
            if (seen == floor)
                return;
            floor = seen;
        }
    }

    /// <summary>Whether a record is the one that stands at an offset of this queue.</summary>
    internal bool Holds(RecordView record, long offset) => record.QueueOffset == offset
        && record.QueueId == QueueId && record.Topic.SequenceEqual(_topicUtf8);

    /// <summary>Notes, once, that an entry is not what was written.</summary>
    internal void ReportDamage(long offset)
    {
        if (Interlocked.Exchange(ref _isDamageReported, 1) == 0)
            _table.ReportDamage(this, offset);
    }

    /// <summary>
    /// Puts the entry of a dispatched record. One below <see cref="MaxOffset"/> was put before and is left.
    /// </summary>
    /// <returns>Whether offsets were missing before it; they are now blank.</returns>
    /// <exception cref="StoreIOException">The disk failed or is full: then the entry may be put once more.</exception>
    internal bool Put(long offset, ConsumeQueueEntry entry)
    {
        long max = _maxOffset;
        if (offset < max)
            return false;

        WriteBlanks(offset, ConsumeQueueEntry.BlankAt(entry.PhysicalOffset));
        Write(offset, entry);
        Volatile.Write(ref _maxOffset, offset + 1);

        // Only ahead of the appends: of a record that recovery could not dispatch for lack of space.
        if (NextOffset <= offset)
            NextOffset = offset + 1;
        return offset > max;
    }

    /// <summary>
    /// Makes an end that is known from elsewhere the queue's own: offsets below it were given out once.
    /// </summary>
    /// <returns>Whether entries were missing; they are now blank.</returns>
    internal bool RaiseTo(long end)
    {
        long max = _maxOffset;
        if (end <= max)
            return false;

        // As old as the entry before them, so that searches along the queue stay monotone. A queue without files gets
        // none before its next message: the store must open on a full disk.
        if (_segments.Length > 0)
            WriteBlanks(end, ConsumeQueueEntry.BlankAt(max > 0 ? EntryAt(max - 1).PhysicalOffset : _log.MinOffset));
        Volatile.Write(ref _maxOffset, end);
        return true;
    }

    /// <summary>One past the last offset that a record has, dispatched or not.</summary>
    internal long GivenOutUntil => Math.Max(_maxOffset, NextOffset);

    /// <summary>
    /// Empties the queue for good, as its topic is deleted, up to <see cref="GivenOutUntil"/>. Called while nothing is
    /// dispatched.
    /// </summary>
    /// <remarks>Offsets go on from where they were: what was sent before can never stand at an offset again.</remarks>
    internal void Clear(long end)
    {
        QueueSegment[] segments;
        lock (_segmentsLock)
        {
            segments = _segments;
            Volatile.Write(ref _segments, []);
        }

        Volatile.Write(ref _floor, end);
        Volatile.Write(ref _maxOffset, end);
        foreach (QueueSegment segment in segments)
            segment.Close();
    }

    /// <summary>Deletes the files whose last message is no longer in the log, but never the newest file.</summary>
    internal void DeleteBelow(long logMinOffset)
    {
        while (TakeFirstBelow(logMinOffset) is { } first)
        {
            first.Close();
            _files.Delete(first.Path);
        }
    }

    internal void Close()
    {
        foreach (QueueSegment segment in _segments)
            segment.Close();
    }

    private long FindMinOffset(long logMin)
    {
        long min = FindFirst(entry => entry.PhysicalOffset >= logMin, from: 0);
        Volatile.Write(ref _minOffset, min);

        // Later messages cannot make the answer smaller, but while the queue is empty they make it findable.
        if (min < MaxOffset)
            Volatile.Write(ref _minOffsetIsForLogMin, logMin);
        return min;
    }

    private QueueSegment? TakeFirstBelow(long logMinOffset)
    {
        lock (_segmentsLock)
        {
            if (_segments.Length < 2)
                return null;

            ConsumeQueueEntry last = EntryAt(_segments[0].EndOffset - 1);
            if (last.SizeBytes == 0 || last.PhysicalOffset >= logMinOffset)
                return null;

            QueueSegment first = _segments[0];
            Volatile.Write(ref _segments, _segments[1..]);
            return first;
        }
    }

    private static int ByteOf(QueueSegment segment, long offset) =>
        (int)(offset - segment.FirstOffset) * ConsumeQueueEntry.EntryBytes;

    /// <summary>
    /// Fills offsets that have no message; a queue without files begins with the file of its last one.
    /// </summary>
    private void WriteBlanks(long end, ConsumeQueueEntry blank)
    {
        // Not from the end that readers know: what an attempt without enough space has begun is gone on with.
        long first = _maxOffset < end ? end - 1 : end;
        long from = _segments.Length > 0 ? _writtenUntil : first / _entriesPerFile * _entriesPerFile;
        for (long offset = from; offset < end; offset++)
            Write(offset, blank);
    }

    private void Write(long offset, ConsumeQueueEntry entry)
    {
        QueueSegment segment = Find(offset) ?? AddSegment(offset);
        ObjectDisposedException.ThrowIf(!segment.TryAcquire(out Span<byte> bytes), segment);
        try
        {
            int at = ByteOf(segment, offset);
            segment.Reserve(at);
            entry.Write(bytes[at..]);
            _writtenUntil = offset + 1;
            _table.MarkDirty(segment);
        }
        finally
        {
            segment.Release();
        }
    }

    private QueueSegment AddSegment(long offset)
    {
        if (_segments.Length == 0)
            _files.CreateDirectory(_directory, isDurable: false);
        QueueSegment segment = NewSegment(offset / _entriesPerFile * _entriesPerFile);

        // The file before all else: without space for it, it is as if nobody had asked.
        if (segment.TryAcquire(out _))
            segment.Release();
        lock (_segmentsLock)
            Volatile.Write(ref _segments, [.. _segments, segment]);
        _writtenUntil = segment.FirstOffset;
        _table.MarkUnsynced(_directory);
        return segment;
    }

    private QueueSegment NewSegment(long firstOffset)
    {
        string name = LogSegment.NameOf(firstOffset * ConsumeQueueEntry.EntryBytes);
        return new QueueSegment(_files, _budget, Path.Combine(_directory, name), firstOffset, _entriesPerFile);
    }

    private QueueSegment? Find(long offset)
    {
        QueueSegment[] segments = Volatile.Read(ref _segments);
        if (segments.Length == 0 || offset < segments[0].FirstOffset)
            return null;

        long index = (offset - segments[0].FirstOffset) / _entriesPerFile;
        return index < segments.Length ? segments[index] : null;
    }

    private ConsumeQueueEntry EntryAt(long offset)
    {
        Span<ConsumeQueueEntry> one = stackalloc ConsumeQueueEntry[1];
        return Read(offset, one) == 1 ? one[0] : default;
    }

    /// <summary>The first offset whose entry fulfils a predicate that is false, then true, along the queue.</summary>
    private long FindFirst(Func<ConsumeQueueEntry, bool> predicate, long from)
    {
        QueueSegment[] segments = Volatile.Read(ref _segments);
        long high = MaxOffset;
        long low = segments.Length == 0 ? high : Math.Clamp(from, segments[0].FirstOffset, high);
        while (low < high)
        {
            long middle = low + ((high - low) / 2);
            if (predicate(EntryAt(middle)))
                high = middle;
            else
                low = middle + 1;
        }

        return low;
    }

    private long StoreTimestampOf(ConsumeQueueEntry entry)
    {
        // A record that is gone or unreadable counts as old.
        if (!_log.TryRead(entry.PhysicalOffset, out RecordLease lease))
            return long.MinValue;

        using (lease)
        {
            return RecordView.TryRead(lease.Bytes, out RecordView record) == RecordDefect.None
                ? record.StoreTimestamp
                : long.MinValue;
        }
    }

    /// <summary>
    /// Finds the files and where the entries end. Entries of records at or behind <paramref name="recoverFrom"/> may be
    /// torn or stale after a crash: they are cut off and dispatched again from the log.
    /// </summary>
    private void Open(long recoverFrom, QueueEnd known)
    {
        _segments = FindSegments();
        _floor = known.Floor;
        if (_table.IsRebuilding)
            DeleteFiles();
        else if (recoverFrom != long.MaxValue)
            CutBehind(Math.Min(recoverFrom, _log.AppendedUntil));
        else
            FindEnd();

        // Entries of a deleted topic only, and blanks behind them would need space.
        if (_maxOffset < _floor)
            DeleteFiles();
        _writtenUntil = _maxOffset;
        RaiseTo(_floor);
        if (recoverFrom == long.MaxValue && RaiseTo(known.End))
            ReportDamage(known.End - 1);
        NextOffset = _maxOffset;
    }

    /// <summary>The files without a hole between them; those before a hole are of no use any more.</summary>
    private QueueSegment[] FindSegments()
    {
        long fileBytes = (long)_entriesPerFile * ConsumeQueueEntry.EntryBytes;
        var segments = new List<QueueSegment>();
        foreach (string name in _files.ListFiles(_directory))
        {
            if (!LogSegment.TryParseName(name, out long startByte) || startByte % fileBytes != 0)
                continue;

            QueueSegment segment = NewSegment(startByte / ConsumeQueueEntry.EntryBytes);
            if (segments.Count > 0 && segments[^1].EndOffset != segment.FirstOffset)
            {
                ReportDamage(segments[^1].EndOffset);
                segments.Clear();
            }

            segments.Add(segment);
        }

        return [.. segments];
    }

    private void FindEnd()
    {
        while (_segments.Length > 0)
        {
            _maxOffset = new QueueEndFinder(this, _log, long.MaxValue).FindEnd(_segments[^1]);
            if (_maxOffset > _segments[^1].FirstOffset || _segments.Length == 1)
                return;

            _segments = _segments[..^1];
        }
    }

    private void CutBehind(long recoverFrom)
    {
        bool hasDeleted = false;
        while (_segments.Length > 0)
        {
            QueueSegment last = _segments[^1];
            _maxOffset = new QueueEndFinder(this, _log, recoverFrom).FindEnd(last);
            last.Close();
            if (_maxOffset > last.FirstOffset || _segments.Length == 1)
            {
                _files.Truncate(last.Path, ByteOf(last, _maxOffset));
                _segments[^1] = NewSegment(last.FirstOffset);

                // What was cut off must not come back after the next crash, when it would count as on disk.
                _table.MarkDirty(_segments[^1]);
                break;
            }

            _files.Delete(last.Path);
            hasDeleted = true;
            _segments = _segments[..^1];
        }

        if (hasDeleted)
            _files.SyncDirectory(_directory);
        if (_segments.Length > 0)
        {
            // A process that was killed may have made the names and not synced them.
            _table.MarkUnsynced(_directory);
        }

        foreach (QueueSegment full in _segments.SkipLast(1))
        {
            if (_files.GetLength(full.Path) != full.LengthBytes)
                ReportDamage(full.FirstOffset);
        }
    }

    private void DeleteFiles()
    {
        Close();
        IReadOnlyList<string> names = _files.ListFiles(_directory);
        foreach (string name in names.Where(name => LogSegment.TryParseName(name, out _)))
            _files.Delete(Path.Combine(_directory, name));
        if (names.Count > 0)
            _files.SyncDirectory(_directory);
        _segments = [];
    }
}

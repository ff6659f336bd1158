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

    private QueueSegment[] _segments = [];
    private long _maxOffset;
    private long _minOffset;
    private long _minOffsetIsForLogMin = -1;

    internal ConsumeQueue(ConsumeQueueTable table, string topic, int queueId, string directory)
    {
        _table = table;
        _files = table.Files;
        _budget = table.Budget;
        _log = table.Log;
        _entriesPerFile = table.EntriesPerFile;
        _directory = directory;
        Topic = topic;
        QueueId = queueId;
        Open(table.RecoverFrom);
        NextOffset = _maxOffset;
    }

    /// <summary>The topic.</summary>
    public string Topic { get; }

    /// <summary>The queue's number within the topic.</summary>
    public int QueueId { get; }

    /// <summary>One past the last message that consumers may see.</summary>
    public long MaxOffset => Volatile.Read(ref _maxOffset);

    /// <summary>The offset that the next appended record gets. Guarded by the log's append lock.</summary>
    internal long NextOffset { get; set; }

    /// <summary>The first message that is still kept; equals <see cref="MaxOffset"/> when there is none.</summary>
    public long GetMinOffset()
    {
        long logMin = _log.MinOffset;
        return Volatile.Read(ref _minOffsetIsForLogMin) == logMin
            ? Volatile.Read(ref _minOffset)
            : FindMinOffset(logMin);
    }

    /// <summary>
    /// Copies entries from an offset on and returns how many; zero at or above <see cref="MaxOffset"/> and below what
    /// is kept. May return fewer than fit, at the end of a file.
    /// </summary>
    public int Read(long fromOffset, Span<ConsumeQueueEntry> destination)
    {
        long count = Math.Min(destination.Length, MaxOffset - fromOffset);
        QueueSegment? segment = count > 0 ? Find(fromOffset) : null;
        if (segment is null)
            return 0;

        count = Math.Min(count, segment.EndOffset - fromOffset);
        ReadOnlySpan<byte> bytes = segment.Acquire()[ByteOf(segment, fromOffset)..];
        try
        {
            for (int index = 0; index < count; index++)
                destination[index] = ConsumeQueueEntry.Read(bytes[(index * ConsumeQueueEntry.EntryBytes)..]);
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

    /// <summary>Puts the entry of a dispatched record. One below <see cref="MaxOffset"/> was put before and is left.</summary>
    /// <returns>Whether offsets were missing before it; they are now blank.</returns>
    internal bool Put(long offset, ConsumeQueueEntry entry)
    {
        long max = _maxOffset;
        if (offset < max)
            return false;

        bool hasGap = offset > max;
        if (hasGap)
        {
            long from = _segments.Length == 0 ? offset / _entriesPerFile * _entriesPerFile : max;
            for (long blank = from; blank < offset; blank++)
                Write(blank, ConsumeQueueEntry.BlankBefore(entry));
        }

        Write(offset, entry);
        Volatile.Write(ref _maxOffset, offset + 1);
        return hasGap;
    }

    /// <summary>Deletes the files whose last message is no longer in the log, but never the newest file.</summary>
    internal int DeleteBelow(long logMinOffset)
    {
        int deleted = 0;
        while (_segments.Length > 1 && LastEntryOf(_segments[0]).PhysicalOffset < logMinOffset)
        {
            QueueSegment first = _segments[0];
            Volatile.Write(ref _segments, _segments[1..]);
            first.Close();
            _files.Delete(first.Path);
            deleted++;
        }

        return deleted;
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

    private static int ByteOf(QueueSegment segment, long offset) =>
        (int)(offset - segment.FirstOffset) * ConsumeQueueEntry.EntryBytes;

    private void Write(long offset, ConsumeQueueEntry entry)
    {
        QueueSegment segment = _segments.Length > 0 && offset < _segments[^1].EndOffset
            ? _segments[^1]
            : AddSegment(offset);
        Span<byte> bytes = segment.Acquire();
        try
        {
            int at = ByteOf(segment, offset);
            segment.Reserve(at);
            entry.Write(bytes[at..]);
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
            _files.CreateDirectory(_directory);
        QueueSegment segment = NewSegment(offset / _entriesPerFile * _entriesPerFile);
        segment.Acquire();
        segment.Release();
        _files.SyncDirectory(_directory);
        Volatile.Write(ref _segments, [.. _segments, segment]);
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

    private ConsumeQueueEntry LastEntryOf(QueueSegment segment) => EntryAt(segment.EndOffset - 1);

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
    private void Open(long recoverFrom)
    {
        bool isRecovering = recoverFrom != long.MaxValue;
        recoverFrom = Math.Min(recoverFrom, _log.AppendedUntil);
        var segments = new List<QueueSegment>();
        foreach (string name in _files.ListFiles(_directory))
        {
            if (LogSegment.TryParseName(name, out long startByte) && startByte % FileBytes == 0)
                segments.Add(NewSegment(startByte / ConsumeQueueEntry.EntryBytes));
        }

        _segments = [.. segments];
        while (_segments.Length > 0)
        {
            QueueSegment last = _segments[^1];
            long end = EndOf(last, recoverFrom);
            bool isEmpty = end == last.FirstOffset && _segments.Length > 1;
            if (isRecovering)
                CutAt(last, end, isEmpty);
            _maxOffset = end;
            if (!isEmpty)
                return;

            _segments = _segments[..^1];
        }
    }

    private long FileBytes => (long)_entriesPerFile * ConsumeQueueEntry.EntryBytes;

    private static long EndOf(QueueSegment segment, long recoverFrom)
    {
        ReadOnlySpan<byte> bytes = segment.Acquire();
        try
        {
            long low = segment.FirstOffset;
            long high = segment.EndOffset;
            while (low < high)
            {
                long middle = low + ((high - low) / 2);
                var entry = ConsumeQueueEntry.Read(bytes[ByteOf(segment, middle)..]);
                if (entry.SizeBytes > 0 && entry.PhysicalOffset < recoverFrom)
                    low = middle + 1;
                else
                    high = middle;
            }

            return low;
        }
        finally
        {
            segment.Release();
        }
    }

    private void CutAt(QueueSegment segment, long end, bool isEmpty)
    {
        segment.Close();
        if (isEmpty)
            _files.Delete(segment.Path);
        else
            _files.Truncate(segment.Path, ByteOf(segment, end));
    }
}

using Microsoft.Extensions.Logging;
using OrleansMq.Broker.Diagnostics;
using OrleansMq.Broker.Metadata;

namespace OrleansMq.Broker.Delays;

/// <summary>
/// The <see cref="TimerQueue"/> with its lock and its snapshot on disk. Whatever the queue's size, the lock is held for
/// a moment only. Thread-safe.
/// </summary>
internal sealed class TimerIndex
{
    /// <summary>A copy takes the lock for so many places at a time, some tens of microseconds.</summary>
    private const int PlacesPerCopy = 2_048;

    private readonly Lock _lock = new();
    private readonly TimerQueue _queue = new();
    private readonly RecordCounts _records;
    private readonly IndexSnapshot _snapshot;

    /// <summary>Brings back what the snapshot holds.</summary>
    /// <param name="files">Where the snapshot lies.</param>
    /// <param name="logFileBytes">The size of a file of the log.</param>
    /// <param name="nowMilliseconds">The time.</param>
    /// <param name="logger">Is told of a snapshot that cannot be used.</param>
    public TimerIndex(IMetadataFiles files, long logFileBytes, long nowMilliseconds, ILogger logger)
    {
        _records = new RecordCounts(logFileBytes);
        _snapshot = new IndexSnapshot(files, TimerSnapshot.Name, _lock);
        files.TryRead(TimerSnapshot.Name, content => Load(content, nowMilliseconds, logger));
    }

    /// <inheritdoc cref="Storage.Dispatching.IDispatchTarget.DurableUntil"/>
    public long DurableUntil => _snapshot.DurableUntil;

    /// <summary>Messages that wait or are being delivered.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _queue.Count;
        }
    }

    /// <inheritdoc cref="TimerQueue.NextDue"/>
    public long? NextDue
    {
        get
        {
            lock (_lock)
                return _queue.NextDue;
        }
    }

    /// <inheritdoc cref="RecordCounts.LowestFile"/>
    public long LowestFile
    {
        get
        {
            lock (_lock)
                return _records.LowestFile;
        }
    }

    /// <inheritdoc cref="TimerQueue.Contains"/>
    public bool Contains(long physicalOffset)
    {
        lock (_lock)
            return _queue.Contains(physicalOffset);
    }

    /// <summary>Lets an entry wait unless it does already; whether it is the next one now.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="position">The record that says so.</param>
    public bool Add(TimerEntry entry, long position)
    {
        lock (_lock)
        {
            // Replayed records that the snapshot knows already change nothing.
            if (!_queue.Add(entry))
                return false;

            _records.Add(entry.PhysicalOffset);
            _snapshot.Changed(position);
            return _queue.NextDue == entry.DueMilliseconds;
        }
    }

    /// <summary>Removes the entry of a record if there is one.</summary>
    /// <param name="physicalOffset">Where the record stands.</param>
    /// <param name="position">The record that says so.</param>
    public void Remove(long physicalOffset, long position)
    {
        lock (_lock)
        {
            if (!_queue.Remove(physicalOffset))
                return;

            _records.Remove(physicalOffset);
            _snapshot.Changed(position);
        }
    }

    /// <inheritdoc cref="TimerQueue.Take"/>
    public int Take(long nowMilliseconds, Span<TimerEntry> due, out long? nextDue)
    {
        lock (_lock)
        {
            int count = _queue.Take(nowMilliseconds, due);
            nextDue = _queue.NextDue;
            return count;
        }
    }

    /// <inheritdoc cref="TimerQueue.TryTake"/>
    public bool TryTake(long physicalOffset, out TimerEntry entry)
    {
        lock (_lock)
            return _queue.TryTake(physicalOffset, out entry);
    }

    /// <inheritdoc cref="TimerQueue.PutBack"/>
    public void PutBack(TimerEntry entry)
    {
        lock (_lock)
            _queue.PutBack(entry);
    }

    /// <summary>Removes an entry whose record cannot be read; the file may go on having it.</summary>
    public void Forget(TimerEntry entry)
    {
        lock (_lock)
        {
            if (_queue.Remove(entry.PhysicalOffset))
                _records.Remove(entry.PhysicalOffset);
        }
    }

    /// <summary>Makes messages due whose records stand below a position.</summary>
    /// <param name="position">The position.</param>
    /// <param name="nowMilliseconds">The time.</param>
    /// <param name="most">How many.</param>
    public void HurryBelow(long position, long nowMilliseconds, int most)
    {
        int place = 0;
        while (most > 0 && place >= 0)
        {
            lock (_lock)
                most -= _queue.HurryBelow(position, nowMilliseconds, ref place, Math.Min(most, PlacesPerCopy));
        }
    }

    /// <inheritdoc cref="Storage.Dispatching.IDispatchTarget.PrepareDurable"/>
    public Action? PrepareDurable(long dispatchedUntil, long nowMilliseconds)
    {
        lock (_lock)
        {
            bool isFar = dispatchedUntil - _snapshot.DurableUntil >= TimerSnapshot.DistanceBytes(_queue.Count);
            long interval = isFar ? 0 : TimerSnapshot.IntervalMilliseconds(_queue.Count);
            Action? write = _snapshot.Prepare(dispatchedUntil, nowMilliseconds, interval, BeginCopy);
            return write is null ? null : () => Write(write);
        }

        IEnumerable<ReadOnlyMemory<byte>> BeginCopy()
        {
            TimerCopy copy = _queue.BeginCopy(dispatchedUntil);
            return TimerSnapshot.Encode(copy, entries => CopyNext(copy, entries), PlacesPerCopy);
        }
    }

    private void Write(Action write)
    {
        try
        {
            write();
        }
        finally
        {
            lock (_lock)
                _queue.EndCopy();
        }
    }

    private (bool HasMore, int Count) CopyNext(TimerCopy copy, TimerEntry[] entries)
    {
        lock (_lock)
            return (copy.MoveNext(entries, out int count), count);
    }

    private void Load(ReadOnlySpan<byte> content, long nowMilliseconds, ILogger logger)
    {
        if (!TimerSnapshot.TryDecode(content, out TimerSnapshot snapshot, out string? problem))
        {
            logger.TimerSnapshotUnusable(problem);
            return;
        }

        for (int index = 0; index < snapshot.Count; index++)
        {
            if (_queue.Add(snapshot[index]))
                _records.Add(snapshot[index].PhysicalOffset);
        }

        _snapshot.Loaded(nowMilliseconds);
    }
}

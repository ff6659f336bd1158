using OrleansMq.Messages.Records;
using OrleansMq.Storage.CommitLogs;

namespace OrleansMq.Storage.ConsumeQueues;

/// <summary>Finds where the entries of a consume queue file end.</summary>
/// <param name="queue">The queue.</param>
/// <param name="log">The log that the entries point into.</param>
/// <param name="recoverFrom">
/// Entries of records at or behind this position may be torn or stale and do not count;
/// <see cref="long.MaxValue"/> when the store was closed.
/// </param>
internal readonly struct QueueEndFinder(ConsumeQueue queue, CommitLog log, long recoverFrom)
{
    /// <summary>The offset behind the last entry; the file's first offset when it has none.</summary>
    public long FindEnd(QueueSegment segment)
    {
        ObjectDisposedException.ThrowIf(!segment.TryAcquire(out Span<byte> bytes), segment);
        try
        {
            long end = FindEnd(bytes, segment.FirstOffset, segment.EndOffset, segment.FirstOffset);

            // An entry that was torn between two sectors may look older than it is, and mislead the search.
            while (recoverFrom != long.MaxValue && end > segment.FirstOffset
                && !IsGenuine(EntryAt(bytes, segment, end - 1), end - 1))
            {
                end = FindEnd(bytes, segment.FirstOffset, end - 1, segment.FirstOffset);
            }

            return end;
        }
        finally
        {
            segment.Release();
        }
    }

    private static ConsumeQueueEntry EntryAt(ReadOnlySpan<byte> bytes, QueueSegment segment, long offset) =>
        ConsumeQueueEntry.Read(bytes[((int)(offset - segment.FirstOffset) * ConsumeQueueEntry.EntryBytes)..]);

    private long FindEnd(ReadOnlySpan<byte> bytes, long low, long high, long first)
    {
        while (low < high)
        {
            long middle = low + ((high - low) / 2);
            var entry = ConsumeQueueEntry.Read(bytes[((int)(middle - first) * ConsumeQueueEntry.EntryBytes)..]);
            if (entry.SizeBytes > 0 && entry.PhysicalOffset < recoverFrom)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    /// <summary>
    /// Whether the record that an entry points at says the same; one that is no longer kept cannot be asked.
    /// </summary>
    private bool IsGenuine(ConsumeQueueEntry entry, long offset)
    {
        if (entry.IsBlank || entry.PhysicalOffset < log.MinOffset)
            return true;
        if (!log.TryRead(entry.PhysicalOffset, out RecordLease lease))
            return false;

        using (lease)
        {
            return RecordView.TryRead(lease.Bytes, out RecordView record) == RecordDefect.None
                && record.PhysicalOffset == entry.PhysicalOffset && queue.Holds(record, offset);
        }
    }
}

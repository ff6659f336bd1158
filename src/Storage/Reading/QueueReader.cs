using System.Buffers;
using Microsoft.Extensions.Logging;
using OrleansMq.Messages.Records;
using OrleansMq.Storage.CommitLogs;
using OrleansMq.Storage.ConsumeQueues;
using OrleansMq.Storage.Diagnostics;
using OrleansMq.Storage.Recovery;

namespace OrleansMq.Storage.Reading;

/// <summary>Copies messages of a queue out of the log as they are stored, verified. Thread-safe.</summary>
/// <remarks>Benchmark: <c>PullBenchmarks</c>.</remarks>
public sealed class QueueReader
{
    /// <summary>
    /// Entries looked at in one read, so that a filter that matches nothing cannot occupy the caller.
    /// </summary>
    private const int MaxScannedEntries = 4096;
    private const int EntriesPerStep = 64;

    private readonly CommitLog _log;
    private readonly StoreOptions _options;
    private readonly DamageList _damages;
    private readonly ILogger _logger;

    internal QueueReader(CommitLog log, StoreOptions options, DamageList damages, ILogger logger)
    {
        _log = log;
        _options = options;
        _damages = damages;
        _logger = logger;
    }

    /// <summary>Reads messages from an offset on.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="fromOffset">Where to begin.</param>
    /// <param name="maxCount">The most messages to copy, at least 1.</param>
    /// <param name="maxBytes">Where to stop copying; the first message is copied whatever its size.</param>
    /// <param name="filter">Which messages, or null for all.</param>
    /// <param name="output">Takes the records, back to back.</param>
    public ReadResult Read(
        ConsumeQueue queue, long fromOffset, int maxCount, int maxBytes, IMessageFilter? filter,
        IBufferWriter<byte> output)
    {
        long min = queue.GetMinOffset();
        long max = queue.MaxOffset;
        if (fromOffset == max)
            return new ReadResult(ReadStatus.AtEnd, max, min, max, 0);
        if (max == 0)
            return new ReadResult(ReadStatus.Empty, 0, min, max, 0);
        if (fromOffset < min)
            return new ReadResult(ReadStatus.BelowMin, min, min, max, 0);
        if (fromOffset > max)
            return new ReadResult(ReadStatus.AboveMax, max, min, max, 0);

        var copy = new Progress
        {
            NextOffset = fromOffset, BytesLeft = maxBytes, CountLeft = maxCount,
            StepsLeft = filter?.StepsPerRead ?? int.MaxValue,
        };
        Span<ConsumeQueueEntry> entries = stackalloc ConsumeQueueEntry[EntriesPerStep];
        while (!copy.IsFull && copy.NextOffset < max && copy.NextOffset - fromOffset < MaxScannedEntries)
        {
            int most = filter is null ? Math.Min(EntriesPerStep, copy.CountLeft) : EntriesPerStep;
            int want = (int)Math.Min(most, max - copy.NextOffset);
            int count = queue.Read(copy.NextOffset, entries[..want]);
            if (count == 0)
                break;
            CopyEntries(queue, entries[..count], filter, output, ref copy);
        }

        ReadStatus status = copy.Count > 0 ? ReadStatus.Found : ReadStatus.NoMatch;
        return new ReadResult(status, copy.NextOffset, min, max, copy.Count);
    }

    /// <summary>Copies the record at a position of the log; false when there is no valid, confirmed one.</summary>
    public bool TryReadAt(long physicalOffset, IBufferWriter<byte> output)
    {
        if (physicalOffset >= _log.ConfirmedUntil || !_log.TryRead(physicalOffset, out RecordLease lease))
            return false;

        using (lease)
        {
            if (RecordView.TryRead(lease.Bytes, out RecordView record) != RecordDefect.None
                || record.Verify(physicalOffset, _options.RequireRecordChecksums) != RecordDefect.None)
                return false;

            output.Write(record.Bytes);
            return true;
        }
    }

    /// <summary>Copies the message of one entry, if it is wanted and intact.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="offset">The entry's place in the queue.</param>
    /// <param name="entry">The entry.</param>
    /// <param name="filter">Which messages are wanted, or null for all.</param>
    /// <param name="output">Takes the record.</param>
    /// <param name="stepsLeft">
    /// What is left of the filter's <see cref="IMessageFilter.StepsPerRead"/>; may be overdrawn, and is not looked at.
    /// </param>
    public EntryStatus TryRead(
        ConsumeQueue queue, long offset, in ConsumeQueueEntry entry, IMessageFilter? filter,
        IBufferWriter<byte> output, ref int stepsLeft)
    {
        if (IsWanted(entry, filter))
            return Copy(queue, offset, entry, filter, output, ref stepsLeft);
        return entry.IsBlank ? EntryStatus.Unreadable : EntryStatus.Filtered;
    }

    private static bool IsWanted(in ConsumeQueueEntry entry, IMessageFilter? filter) =>
        !entry.IsBlank && (filter is null || filter.MatchesTagsCode(entry.TagsCode));

    private void CopyEntries(
        ConsumeQueue queue, ReadOnlySpan<ConsumeQueueEntry> entries, IMessageFilter? filter,
        IBufferWriter<byte> output, ref Progress copy)
    {
        foreach (ConsumeQueueEntry entry in entries)
        {
            bool isWanted = IsWanted(entry, filter);
            if (isWanted && copy.Count > 0 && entry.SizeBytes > copy.BytesLeft)
            {
                copy.IsFull = true;
                return;
            }

            bool isCopied = isWanted
                && Copy(queue, copy.NextOffset, entry, filter, output, ref copy.StepsLeft) == EntryStatus.Copied;
            if (isCopied)
            {
                copy.Count++;
                copy.CountLeft--;
                copy.BytesLeft -= entry.SizeBytes;
            }

            copy.NextOffset++;
            if (copy.CountLeft == 0 || copy.StepsLeft <= 0)
            {
                copy.IsFull = true;
                return;
            }
        }
    }

    private EntryStatus Copy(
        ConsumeQueue queue, long offset, ConsumeQueueEntry entry, IMessageFilter? filter, IBufferWriter<byte> output,
        ref int stepsLeft)
    {
        if (entry.SizeBytes <= 0)
        {
            queue.ReportDamage(offset);
            return EntryStatus.Unreadable;
        }

        if (!_log.TryRead(entry.PhysicalOffset, out RecordLease lease))
            return EntryStatus.Unreadable;

        using (lease)
        {
            RecordDefect defect = RecordView.TryRead(lease.Bytes, out RecordView record);

            // Nobody gets it, so its body need not be looked at.
            if (defect == RecordDefect.None && filter is not null && queue.Holds(record, offset)
                && !filter.Matches(record, ref stepsLeft))
                return EntryStatus.Filtered;
            if (defect == RecordDefect.None && _options.VerifyOnRead)
                defect = record.Verify(entry.PhysicalOffset, _options.RequireRecordChecksums);
            if (defect == RecordDefect.None)
            {
                // A damaged entry may point at a message of anybody's.
                if (!queue.Holds(record, offset))
                {
                    queue.ReportDamage(offset);
                    return EntryStatus.Unreadable;
                }

                output.Write(record.Bytes);
                return EntryStatus.Copied;
            }

            if (_damages.Add(entry.PhysicalOffset, entry.PhysicalOffset + entry.SizeBytes))
                _logger.DamagedRange(entry.PhysicalOffset, entry.PhysicalOffset + entry.SizeBytes, defect);
            return EntryStatus.Unreadable;
        }
    }

    private struct Progress
    {
        public long NextOffset;
        public int Count;
        public int CountLeft;
        public int BytesLeft;
        public int StepsLeft;
        public bool IsFull;
    }
}

using System.Buffers.Binary;
using OrleansMq.Messages.Records;
using OrleansMq.Storage.CommitLogs;

namespace OrleansMq.Storage.Recovery;

/// <summary>Reads a log record by record, verifying each, to find where it ends and what of it is damaged.</summary>
/// <remarks>
/// The rule: bytes that are no valid record end the log when they lie at or above the flushed watermark, since nothing
/// from there on was promised to be on disk. Below it they are damage, and are fenced off up to the next valid record.
/// A valid record proves itself: it carries its own position and a checksum, so a stale one of an earlier life cannot
/// pass, and the tail is wiped after every cut.
/// </remarks>
internal sealed class LogScanner(CommitLog log, StoreOptions options)
{
    private static readonly byte[] MagicBytes = BytesOf(RecordLayout.Magic);
    private static readonly byte[] WideMagicBytes = BytesOf(RecordLayout.MagicWideTopic);

    /// <summary>Scans from a record's first byte to the end of the log's files.</summary>
    /// <param name="from">Where to begin.</param>
    /// <param name="flushedUntil">The flushed watermark, <see cref="long.MaxValue"/> when it is not known.</param>
    /// <param name="damages">Takes the damaged ranges.</param>
    public ScanResult Scan(long from, long flushedUntil, DamageList damages)
    {
        var state = new ScanResult(from, 0, 0, RecordDefect.Empty);
        while (log.TryRead(state.End, out RecordLease lease))
        {
            bool isWhole;
            using (lease)
                state = ScanFile(lease.Bytes, state, out isWhole);
            if (isWhole)
            {
                state = state with { End = log.NextSegmentStart(state.End) };
                continue;
            }

            if (state.End >= flushedUntil)
                return state;

            long resume = FindNextValid(state.End + 1, Math.Min(flushedUntil, log.AppendedUntil));
            if (flushedUntil == long.MaxValue && resume == log.AppendedUntil)
                return state;

            damages.Add(state.End, resume);
            state = state with { End = resume };
        }

        return state;
    }

    /// <summary>
    /// The first valid record at or behind a position, found by its magic number; <paramref name="limit"/> when there
    /// is none before it.
    /// </summary>
    public long FindNextValid(long position, long limit)
    {
        while (position < limit && log.TryRead(position, out RecordLease lease))
        {
            using (lease)
            {
                long found = FindInFile(lease.Bytes, position);
                if (found >= 0)
                    return Math.Min(found, limit);
            }

            position = log.NextSegmentStart(position);
        }

        return limit;
    }

    private ScanResult ScanFile(ReadOnlySpan<byte> bytes, ScanResult state, out bool isWhole)
    {
        long end = state.End;
        long records = state.Records;
        long timestamp = state.LastTimestamp;
        RecordDefect defect = RecordDefect.None;
        while (!bytes.IsEmpty)
        {
            defect = RecordView.TryRead(bytes, out RecordView record);
            if (defect == RecordDefect.None)
                defect = record.Verify(end, options.RequireRecordChecksums);
            if (defect != RecordDefect.None)
                break;

            timestamp = Math.Max(timestamp, record.StoreTimestamp);
            records++;
            end += record.Bytes.Length;
            bytes = bytes[record.Bytes.Length..];
        }

        isWhole = defect == RecordDefect.Blank;
        return new ScanResult(end, records, timestamp, defect);
    }

    private long FindInFile(ReadOnlySpan<byte> bytes, long position)
    {
        int from = 0;
        while (true)
        {
            int magicAt = IndexOfMagic(bytes[from..]);
            if (magicAt < 0)
                return -1;

            int candidate = from + magicAt - RecordLayout.MagicAt;
            if (candidate >= 0
                && RecordView.TryRead(bytes[candidate..], out RecordView record) == RecordDefect.None
                && record.Verify(position + candidate, options.RequireRecordChecksums) == RecordDefect.None)
                return position + candidate;
            from += magicAt + 1;
        }
    }

    private static int IndexOfMagic(ReadOnlySpan<byte> bytes)
    {
        int narrow = bytes.IndexOf(MagicBytes);
        int wide = (narrow < 0 ? bytes : bytes[..narrow]).IndexOf(WideMagicBytes);
        return wide >= 0 ? wide : narrow;
    }

    private static byte[] BytesOf(int magic)
    {
        var bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, magic);
        return bytes;
    }
}

/// <summary>Where a scan ended.</summary>
/// <param name="End">Behind the last valid record.</param>
/// <param name="Records">How many valid records were read.</param>
/// <param name="LastTimestamp">The latest store time among them, Unix milliseconds.</param>
/// <param name="Defect">What lies at the end.</param>
internal readonly record struct ScanResult(long End, long Records, long LastTimestamp, RecordDefect Defect);

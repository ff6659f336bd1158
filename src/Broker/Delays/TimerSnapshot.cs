using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using OrleansMq.Messages.Checksums;

namespace OrleansMq.Broker.Delays;

/// <summary>
/// The entries of a <see cref="TimerQueue"/> at some position of the log, so that only what follows must be read
/// again. A file of big-endian numbers:
/// <code>
/// offset  0        4         8          16       20
///         magic 4  version 4 position 8 count 4  entries: count × 16    CRC-32 4
/// entry   0        8
///         due 8    physical offset 8
/// </code>
/// The checksum covers all that stands before it. Entries are in no order; one of time 0 was being delivered.
/// </summary>
public readonly ref struct TimerSnapshot
{
    /// <summary>The file's name.</summary>
    public const string Name = "timers.snapshot";

    /// <summary>What the file begins with, "OMQT".</summary>
    public const int Magic = 0x4F4D5154;

    /// <summary>The version of the layout; version 1 had the size of each record.</summary>
    public const int Version = 2;

    /// <summary>The size of the part before the entries.</summary>
    public const int HeaderSizeBytes = 20;

    /// <summary>The size of an entry.</summary>
    public const int EntrySizeBytes = 16;

    private const int ChecksumSizeBytes = sizeof(uint);
    private const long SmallestIntervalMilliseconds = 2_000;
    private const long LargestIntervalMilliseconds = 15 * 60_000;
    private const long IdleBytesPerMillisecond = 256;
    private const long SmallestDistanceBytes = 16 * 1024 * 1024;

    private readonly ReadOnlySpan<byte> _content;

    private TimerSnapshot(ReadOnlySpan<byte> content) => _content = content;

    /// <summary>All records below it are accounted for.</summary>
    public long Position => BinaryPrimitives.ReadInt64BigEndian(_content[8..]);

    /// <summary>How many entries there are.</summary>
    public int Count => BinaryPrimitives.ReadInt32BigEndian(_content[16..]);

    /// <summary>An entry.</summary>
    public TimerEntry this[int index]
    {
        get
        {
            ReadOnlySpan<byte> source = _content.Slice(HeaderSizeBytes + (index * EntrySizeBytes), EntrySizeBytes);
            return new TimerEntry(
                BinaryPrimitives.ReadInt64BigEndian(source), BinaryPrimitives.ReadInt64BigEndian(source[8..]));
        }
    }

    /// <summary>How long the file may be old: writing it must cost little while little happens.</summary>
    public static long IntervalMilliseconds(int count) => Math.Clamp(
        (long)count * EntrySizeBytes / IdleBytesPerMillisecond, SmallestIntervalMilliseconds,
        LargestIntervalMilliseconds);

    /// <summary>
    /// How much log there may be behind the file's position, which is read again after a crash: as many bytes as the
    /// file has, so that at most half of what is written to disk is snapshots.
    /// </summary>
    public static long DistanceBytes(int count) => Math.Max((long)count * EntrySizeBytes, SmallestDistanceBytes);

    /// <summary>
    /// Gives the file piece by piece. Each piece is valid until the next is asked for.
    /// </summary>
    /// <param name="copy">What waits.</param>
    /// <param name="copyNext">Takes the next piece of the copy, under the lock that it needs.</param>
    /// <param name="entriesPerPart">The most entries of a piece.</param>
    public static IEnumerable<ReadOnlyMemory<byte>> Encode(
        TimerCopy copy, Func<TimerEntry[], (bool HasMore, int Count)> copyNext, int entriesPerPart)
    {
        var entries = new TimerEntry[entriesPerPart];
        byte[] part = new byte[Math.Max(HeaderSizeBytes, entriesPerPart * EntrySizeBytes)];
        BinaryPrimitives.WriteInt32BigEndian(part, Magic);
        BinaryPrimitives.WriteInt32BigEndian(part.AsSpan(4), Version);
        BinaryPrimitives.WriteInt64BigEndian(part.AsSpan(8), copy.Position);
        BinaryPrimitives.WriteInt32BigEndian(part.AsSpan(16), copy.Count);
        uint checksum = Crc32.Compute(part.AsSpan(0, HeaderSizeBytes));
        yield return part.AsMemory(0, HeaderSizeBytes);
        for ((bool hasMore, int count) = copyNext(entries); hasMore; (hasMore, count) = copyNext(entries))
        {
            for (int index = 0; index < count; index++)
                Write(part.AsSpan(index * EntrySizeBytes), entries[index]);
            checksum = Crc32.Append(checksum, part.AsSpan(0, count * EntrySizeBytes));
            yield return part.AsMemory(0, count * EntrySizeBytes);
        }

        BinaryPrimitives.WriteUInt32BigEndian(part, checksum);
        yield return part.AsMemory(0, ChecksumSizeBytes);
    }

    /// <summary>Reads the file. Never throws; damaged content gives a problem.</summary>
    public static bool TryDecode(
        ReadOnlySpan<byte> content, out TimerSnapshot snapshot, [NotNullWhen(false)] out string? problem)
    {
        problem = FindProblem(content);
        snapshot = problem is null ? new TimerSnapshot(content) : default;
        return problem is null;
    }

    private static void Write(Span<byte> destination, TimerEntry entry)
    {
        BinaryPrimitives.WriteInt64BigEndian(destination, entry.DueMilliseconds);
        BinaryPrimitives.WriteInt64BigEndian(destination[8..], entry.PhysicalOffset);
    }

    private static string? FindProblem(ReadOnlySpan<byte> content)
    {
        const int MinSize = HeaderSizeBytes + ChecksumSizeBytes;
        if (content.Length < MinSize)
            return $"The timer snapshot has {content.Length} bytes; at least {MinSize} were expected.";

        int magic = BinaryPrimitives.ReadInt32BigEndian(content);
        if (magic != Magic)
            return $"The timer snapshot begins with 0x{magic:X8}; 0x{Magic:X8} was expected.";

        int version = BinaryPrimitives.ReadInt32BigEndian(content[4..]);
        if (version != Version)
            return $"The timer snapshot has layout version {version}; this broker reads version {Version}.";

        long count = BinaryPrimitives.ReadInt32BigEndian(content[16..]);
        long expected = MinSize + (count * EntrySizeBytes);
        if (count < 0 || content.Length != expected)
            return $"The timer snapshot has {content.Length} bytes; {expected} were expected for its {count} entries.";

        uint stored = BinaryPrimitives.ReadUInt32BigEndian(content[^ChecksumSizeBytes..]);
        uint computed = Crc32.Compute(content[..^ChecksumSizeBytes]);
        return stored == computed
            ? null
            : $"The timer snapshot has the checksum 0x{computed:X8}; 0x{stored:X8} was expected.";
    }
}

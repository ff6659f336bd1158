using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using OrleansMq.Messages.Checksums;

namespace OrleansMq.Broker.Delays;

/// <summary>
/// The entries of a <see cref="TimerWheel"/> at some position of the log, so that only what follows must be read
/// again. A file of big-endian numbers:
/// <code>
/// offset  0        4         8          16       20
///         magic 4  version 4 position 8 count 4  entries: count × 20    CRC-32 4
/// entry   0        8                 16
///         due 8    physical offset 8 size 4
/// </code>
/// The checksum covers all that stands before it.
/// </summary>
/// <param name="Position">All records below it are accounted for.</param>
/// <param name="Entries">The entries that waited then, in no order.</param>
public sealed record TimerSnapshot(long Position, IReadOnlyList<TimerEntry> Entries)
{
    /// <summary>The file's name.</summary>
    public const string Name = "timers.snapshot";

    /// <summary>What the file begins with, "OMQT".</summary>
    public const int Magic = 0x4F4D5154;

    /// <summary>The version of the layout.</summary>
    public const int Version = 1;

    /// <summary>The size of the part before the entries.</summary>
    public const int HeaderSizeBytes = 20;

    /// <summary>The size of an entry.</summary>
    public const int EntrySizeBytes = 20;

    private const int ChecksumSizeBytes = sizeof(uint);

    /// <summary>Writes the file.</summary>
    /// <param name="position">All records below it are accounted for.</param>
    /// <param name="entries">What waits.</param>
    /// <exception cref="OverflowException">The file would exceed 2 GiB, with more than 107 million entries.</exception>
    public static byte[] Encode(long position, IReadOnlyCollection<TimerEntry> entries)
    {
        var file = new byte[checked(HeaderSizeBytes + (entries.Count * EntrySizeBytes) + ChecksumSizeBytes)];
        BinaryPrimitives.WriteInt32BigEndian(file, Magic);
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(4), Version);
        BinaryPrimitives.WriteInt64BigEndian(file.AsSpan(8), position);
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(16), entries.Count);
        int at = HeaderSizeBytes;
        foreach (TimerEntry entry in entries)
        {
            Span<byte> destination = file.AsSpan(at, EntrySizeBytes);
            BinaryPrimitives.WriteInt64BigEndian(destination, entry.DueMilliseconds);
            BinaryPrimitives.WriteInt64BigEndian(destination[8..], entry.PhysicalOffset);
            BinaryPrimitives.WriteInt32BigEndian(destination[16..], entry.Size);
            at += EntrySizeBytes;
        }

        BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(at), Crc32.Compute(file.AsSpan(0, at)));
        return file;
    }

    /// <summary>Reads the file. Never throws; damaged content gives a problem.</summary>
    public static bool TryDecode(
        ReadOnlySpan<byte> content,
        [NotNullWhen(true)] out TimerSnapshot? snapshot,
        [NotNullWhen(false)] out string? problem)
    {
        snapshot = null;
        problem = FindProblem(content);
        if (problem is not null)
            return false;

        var entries = new TimerEntry[BinaryPrimitives.ReadInt32BigEndian(content[16..])];
        for (int index = 0; index < entries.Length; index++)
        {
            ReadOnlySpan<byte> source = content.Slice(HeaderSizeBytes + (index * EntrySizeBytes), EntrySizeBytes);
            entries[index] = new TimerEntry(
                BinaryPrimitives.ReadInt64BigEndian(source),
                BinaryPrimitives.ReadInt64BigEndian(source[8..]),
                BinaryPrimitives.ReadInt32BigEndian(source[16..]));
        }

        snapshot = new TimerSnapshot(BinaryPrimitives.ReadInt64BigEndian(content[8..]), entries);
        return true;
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

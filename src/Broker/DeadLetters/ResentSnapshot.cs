using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using OrleansMq.Messages.Checksums;

namespace OrleansMq.Broker.DeadLetters;

/// <summary>
/// Which dead letters were sent again below some position of the log, so that only what follows must be read again.
/// A file of big-endian numbers:
/// <code>
/// offset  0        4         8          16       20
///         magic 4  version 4 position 8 count 4  entries: count × 28    CRC-32 4
/// entry   0                 8           16         24
///         dead letter 8     last copy 8 stored 8   count 4
/// </code>
/// The checksum covers all that stands before it.
/// </summary>
public static class ResentSnapshot
{
    /// <summary>The file's name.</summary>
    public const string Name = "resent.snapshot";

    /// <summary>What the file begins with, "OMQD".</summary>
    public const int Magic = 0x4F4D5144;

    /// <summary>The version of the layout.</summary>
    public const int Version = 1;

    private const int HeaderSizeBytes = 20;
    private const int EntrySizeBytes = 28;

    /// <summary>Writes the file.</summary>
    /// <param name="position">All records below it are accounted for.</param>
    /// <param name="letters">The dead letters that were sent again.</param>
    public static byte[] Encode(long position, IReadOnlyCollection<ResentLetter> letters)
    {
        var file = new byte[checked(HeaderSizeBytes + (letters.Count * EntrySizeBytes) + sizeof(uint))];
        BinaryPrimitives.WriteInt32BigEndian(file, Magic);
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(4), Version);
        BinaryPrimitives.WriteInt64BigEndian(file.AsSpan(8), position);
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(16), letters.Count);
        Span<byte> rest = file.AsSpan(HeaderSizeBytes);
        foreach (ResentLetter letter in letters)
        {
            BinaryPrimitives.WriteInt64BigEndian(rest, letter.PhysicalOffset);
            BinaryPrimitives.WriteInt64BigEndian(rest[8..], letter.LastCopy);
            BinaryPrimitives.WriteInt64BigEndian(rest[16..], letter.AtMilliseconds);
            BinaryPrimitives.WriteInt32BigEndian(rest[24..], letter.Count);
            rest = rest[EntrySizeBytes..];
        }

        BinaryPrimitives.WriteUInt32BigEndian(rest, Crc32.Compute(file.AsSpan(0, file.Length - sizeof(uint))));
        return file;
    }

    /// <summary>Reads the file. Never throws; damaged content gives a problem.</summary>
    public static bool TryDecode(
        ReadOnlySpan<byte> content,
        [NotNullWhen(true)] out IReadOnlyList<ResentLetter>? letters,
        [NotNullWhen(false)] out string? problem)
    {
        letters = null;
        problem = FindProblem(content);
        if (problem is not null)
            return false;

        var read = new ResentLetter[BinaryPrimitives.ReadInt32BigEndian(content[16..])];
        for (int index = 0; index < read.Length; index++)
        {
            ReadOnlySpan<byte> entry = content.Slice(HeaderSizeBytes + (index * EntrySizeBytes), EntrySizeBytes);
            read[index] = new ResentLetter(
                BinaryPrimitives.ReadInt64BigEndian(entry),
                BinaryPrimitives.ReadInt64BigEndian(entry[8..]),
                BinaryPrimitives.ReadInt64BigEndian(entry[16..]),
                BinaryPrimitives.ReadInt32BigEndian(entry[24..]));
        }

        letters = read;
        return true;
    }

    private static string? FindProblem(ReadOnlySpan<byte> content)
    {
        const int MinSize = HeaderSizeBytes + sizeof(uint);
        if (content.Length < MinSize)
            return $"The snapshot of resent dead letters has {content.Length} bytes; at least {MinSize} are expected.";

        int magic = BinaryPrimitives.ReadInt32BigEndian(content);
        if (magic != Magic)
            return $"The snapshot of resent dead letters begins with 0x{magic:X8}; 0x{Magic:X8} is expected.";

        int version = BinaryPrimitives.ReadInt32BigEndian(content[4..]);
        if (version != Version)
            return $"The snapshot of resent dead letters has layout {version}; this broker reads {Version}.";

        long count = BinaryPrimitives.ReadInt32BigEndian(content[16..]);
        long expected = MinSize + (count * EntrySizeBytes);
        if (count < 0 || content.Length != expected)
            return $"The snapshot of resent dead letters has {content.Length} bytes; {expected} are expected.";

        uint stored = BinaryPrimitives.ReadUInt32BigEndian(content[^sizeof(uint)..]);
        uint computed = Crc32.Compute(content[..^sizeof(uint)]);
        return stored == computed
            ? null
            : $"The snapshot of resent dead letters has the checksum 0x{computed:X8}; 0x{stored:X8} is expected.";
    }
}

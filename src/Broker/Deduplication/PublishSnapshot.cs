using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using OrleansMq.Messages.Checksums;

namespace OrleansMq.Broker.Deduplication;

/// <summary>
/// The unique ids that were remembered at some position of the log, so that only what follows must be read again.
/// A file of big-endian numbers:
/// <code>
/// offset  0        4         8          16       20
///         magic 4  version 4 position 8 count 4  entries: count × 64    CRC-32 4
/// entry   0      16                 24           32              40       48        56         60
///         id 16  physical offset 8  end offset 8 queue offset 8  stored 8 window 8  queue id 4 parked 4
/// </code>
/// The checksum covers all that stands before it. Entries stand in the order of the log.
/// </summary>
public static class PublishSnapshot
{
    /// <summary>The file's name.</summary>
    public const string Name = "publishes.snapshot";

    /// <summary>What the file begins with, "OMQU".</summary>
    public const int Magic = 0x4F4D5155;

    /// <summary>The version of the layout.</summary>
    public const int Version = 1;

    private const int HeaderSizeBytes = 20;
    private const int EntrySizeBytes = 64;

    /// <summary>Writes the file.</summary>
    /// <param name="position">All records below it are accounted for.</param>
    /// <param name="messages">The messages by their ids, in the order of the log.</param>
    public static byte[] Encode(long position, IReadOnlyCollection<KeyValuePair<UInt128, PublishedMessage>> messages)
    {
        var file = new byte[checked(HeaderSizeBytes + (messages.Count * EntrySizeBytes) + sizeof(uint))];
        BinaryPrimitives.WriteInt32BigEndian(file, Magic);
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(4), Version);
        BinaryPrimitives.WriteInt64BigEndian(file.AsSpan(8), position);
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(16), messages.Count);
        Span<byte> rest = file.AsSpan(HeaderSizeBytes);
        foreach ((UInt128 id, PublishedMessage message) in messages)
        {
            BinaryPrimitives.WriteUInt128BigEndian(rest, id);
            BinaryPrimitives.WriteInt64BigEndian(rest[16..], message.PhysicalOffset);
            BinaryPrimitives.WriteInt64BigEndian(rest[24..], message.EndOffset);
            BinaryPrimitives.WriteInt64BigEndian(rest[32..], message.QueueOffset);
            BinaryPrimitives.WriteInt64BigEndian(rest[40..], message.StoredMilliseconds);
            BinaryPrimitives.WriteInt64BigEndian(rest[48..], message.WindowMilliseconds);
            BinaryPrimitives.WriteInt32BigEndian(rest[56..], message.QueueId);
            BinaryPrimitives.WriteInt32BigEndian(rest[60..], message.IsParked ? 1 : 0);
            rest = rest[EntrySizeBytes..];
        }

        BinaryPrimitives.WriteUInt32BigEndian(rest, Crc32.Compute(file.AsSpan(0, file.Length - sizeof(uint))));
        return file;
    }

    /// <summary>Reads the file. Never throws; damaged content gives a problem.</summary>
    public static bool TryDecode(
        ReadOnlySpan<byte> content,
        [NotNullWhen(true)] out IReadOnlyList<KeyValuePair<UInt128, PublishedMessage>>? messages,
        [NotNullWhen(false)] out string? problem)
    {
        messages = null;
        problem = FindProblem(content);
        if (problem is not null)
            return false;

        var read = new KeyValuePair<UInt128, PublishedMessage>[BinaryPrimitives.ReadInt32BigEndian(content[16..])];
        for (int index = 0; index < read.Length; index++)
        {
            ReadOnlySpan<byte> entry = content.Slice(HeaderSizeBytes + (index * EntrySizeBytes), EntrySizeBytes);
            read[index] = new KeyValuePair<UInt128, PublishedMessage>(
                BinaryPrimitives.ReadUInt128BigEndian(entry),
                new PublishedMessage(
                    BinaryPrimitives.ReadInt64BigEndian(entry[16..]),
                    BinaryPrimitives.ReadInt64BigEndian(entry[24..]),
                    BinaryPrimitives.ReadInt32BigEndian(entry[56..]),
                    BinaryPrimitives.ReadInt64BigEndian(entry[32..]),
                    BinaryPrimitives.ReadInt64BigEndian(entry[40..]),
                    BinaryPrimitives.ReadInt64BigEndian(entry[48..]),
                    BinaryPrimitives.ReadInt32BigEndian(entry[60..]) != 0));
        }

        messages = read;
        return true;
    }

    private static string? FindProblem(ReadOnlySpan<byte> content)
    {
        const int MinSize = HeaderSizeBytes + sizeof(uint);
        if (content.Length < MinSize)
            return $"The snapshot of published ids has {content.Length} bytes; at least {MinSize} were expected.";

        int magic = BinaryPrimitives.ReadInt32BigEndian(content);
        if (magic != Magic)
            return $"The snapshot of published ids begins with 0x{magic:X8}; 0x{Magic:X8} was expected.";

        int version = BinaryPrimitives.ReadInt32BigEndian(content[4..]);
        if (version != Version)
            return $"The snapshot of published ids has layout version {version}; this broker reads version {Version}.";

        long count = BinaryPrimitives.ReadInt32BigEndian(content[16..]);
        long expected = MinSize + (count * EntrySizeBytes);
        if (count < 0 || content.Length != expected)
            return $"The snapshot of published ids has {content.Length} bytes; {expected} were expected.";

        uint stored = BinaryPrimitives.ReadUInt32BigEndian(content[^sizeof(uint)..]);
        uint computed = Crc32.Compute(content[..^sizeof(uint)]);
        return stored == computed
            ? null
            : $"The snapshot of published ids has the checksum 0x{computed:X8}; 0x{stored:X8} was expected.";
    }
}

using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using OrleansMq.Messages.Checksums;

namespace OrleansMq.Broker.Transactions;

/// <summary>
/// The transactions that were not over at some position of the log, so that only what follows must be read again.
/// A file of big-endian numbers:
/// <code>
/// offset  0        4         8          16       20
///         magic 4  version 4 position 8 count 4  entries: count × 32    CRC-32 4
/// entry   0                 8           16            24       28
///         physical offset 8 prepared 8  next check 8  checks 4 state 4
/// </code>
/// The checksum covers all that stands before it. An end that was being stored counts as not begun: the log knows.
/// </summary>
public static class TransactionSnapshot
{
    /// <summary>The file's name.</summary>
    public const string Name = "transactions.snapshot";

    /// <summary>What the file begins with, "OMQX".</summary>
    public const int Magic = 0x4F4D5158;

    /// <summary>The version of the layout.</summary>
    public const int Version = 1;

    private const int HeaderSizeBytes = 20;
    private const int EntrySizeBytes = 32;

    /// <summary>Writes the file.</summary>
    /// <param name="position">All records below it are accounted for.</param>
    /// <param name="halves">The transactions that are not over.</param>
    public static byte[] Encode(long position, IReadOnlyCollection<HalfMessage> halves)
    {
        var file = new byte[checked(HeaderSizeBytes + (halves.Count * EntrySizeBytes) + sizeof(uint))];
        BinaryPrimitives.WriteInt32BigEndian(file, Magic);
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(4), Version);
        BinaryPrimitives.WriteInt64BigEndian(file.AsSpan(8), position);
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(16), halves.Count);
        Span<byte> rest = file.AsSpan(HeaderSizeBytes);
        foreach (HalfMessage half in halves)
        {
            TransactionState state = half.State == TransactionState.Parked
                ? TransactionState.Parked
                : TransactionState.Prepared;
            BinaryPrimitives.WriteInt64BigEndian(rest, half.PhysicalOffset);
            BinaryPrimitives.WriteInt64BigEndian(rest[8..], half.PreparedMilliseconds);
            BinaryPrimitives.WriteInt64BigEndian(rest[16..], half.NextCheckMilliseconds);
            BinaryPrimitives.WriteInt32BigEndian(rest[24..], half.Checks);
            BinaryPrimitives.WriteInt32BigEndian(rest[28..], (int)state);
            rest = rest[EntrySizeBytes..];
        }

        BinaryPrimitives.WriteUInt32BigEndian(rest, Crc32.Compute(file.AsSpan(0, file.Length - sizeof(uint))));
        return file;
    }

    /// <summary>Reads the file. Never throws; damaged content gives a problem.</summary>
    public static bool TryDecode(
        ReadOnlySpan<byte> content,
        [NotNullWhen(true)] out IReadOnlyList<HalfMessage>? halves,
        [NotNullWhen(false)] out string? problem)
    {
        halves = null;
        problem = FindProblem(content);
        if (problem is not null)
            return false;

        var read = new HalfMessage[BinaryPrimitives.ReadInt32BigEndian(content[16..])];
        for (int index = 0; index < read.Length; index++)
        {
            ReadOnlySpan<byte> entry = content.Slice(HeaderSizeBytes + (index * EntrySizeBytes), EntrySizeBytes);
            read[index] = new HalfMessage(
                BinaryPrimitives.ReadInt64BigEndian(entry),
                BinaryPrimitives.ReadInt64BigEndian(entry[8..]),
                (TransactionState)BinaryPrimitives.ReadInt32BigEndian(entry[28..]),
                BinaryPrimitives.ReadInt32BigEndian(entry[24..]),
                BinaryPrimitives.ReadInt64BigEndian(entry[16..]));
        }

        halves = read;
        return true;
    }

    private static string? FindProblem(ReadOnlySpan<byte> content)
    {
        const int MinSize = HeaderSizeBytes + sizeof(uint);
        if (content.Length < MinSize)
            return $"The transaction snapshot has {content.Length} bytes; at least {MinSize} were expected.";

        int magic = BinaryPrimitives.ReadInt32BigEndian(content);
        if (magic != Magic)
            return $"The transaction snapshot begins with 0x{magic:X8}; 0x{Magic:X8} was expected.";

        int version = BinaryPrimitives.ReadInt32BigEndian(content[4..]);
        if (version != Version)
            return $"The transaction snapshot has layout version {version}; this broker reads version {Version}.";

        long count = BinaryPrimitives.ReadInt32BigEndian(content[16..]);
        long expected = MinSize + (count * EntrySizeBytes);
        if (count < 0 || content.Length != expected)
            return $"The transaction snapshot has {content.Length} bytes; {expected} were expected.";

        uint stored = BinaryPrimitives.ReadUInt32BigEndian(content[^sizeof(uint)..]);
        uint computed = Crc32.Compute(content[..^sizeof(uint)]);
        return stored == computed
            ? null
            : $"The transaction snapshot has the checksum 0x{computed:X8}; 0x{stored:X8} was expected.";
    }
}

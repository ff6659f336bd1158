using OrleansMq.Messages.Checksums;
using OrleansMq.Messages.Properties;

namespace OrleansMq.Messages.Records;

/// <summary>
/// The checksum over a whole record, written as its last property: <c>__CRC32# 0x01 dddddddddd 0x02</c>, 20 bytes.
/// It covers everything before these 20 bytes; the ten decimal digits stand least significant first, and the top bit
/// of the CRC-32 is cleared. RocketMQ: <c>enabledAppendPropCRC</c>, <c>MessageDecoder.createCrc32</c>.
/// </summary>
public static class RecordChecksum
{
    /// <summary>Bytes that the property takes at the end of a record.</summary>
    public const int SizeBytes = 20;

    private const uint Mask = 0x7FFFFFFF;
    private const int DigitsAt = 9;
    private const int Digits = 10;

    /// <summary>Writes the property for a CRC-32 of the bytes before it.</summary>
    public static void Write(Span<byte> destination, uint crc)
    {
        PropertyNames.RecordChecksum.CopyTo(destination);
        destination[DigitsAt - 1] = PropertyBlock.NameEnd;
        uint rest = crc & Mask;
        for (int digit = 0; digit < Digits; digit++)
        {
            (rest, uint value) = Math.DivRem(rest, 10);
            destination[DigitsAt + digit] = (byte)('0' + value);
        }

        destination[DigitsAt + Digits] = PropertyBlock.ValueEnd;
    }

    /// <summary>Whether a record ends with the property, and if so whether it fits the bytes before it.</summary>
    public static ChecksumVerdict Verify(ReadOnlySpan<byte> record)
    {
        bool isNamed = IsAtEndOf(record);
        if (!isNamed && !EndsWithDigits(record))
            return ChecksumVerdict.Absent;

        ReadOnlySpan<byte> property = record[^SizeBytes..];
        Span<byte> expected = stackalloc byte[SizeBytes];
        Write(expected, Crc32.Compute(record[..^SizeBytes]));
        if (property.SequenceEqual(expected))
            return ChecksumVerdict.Matches;

        // Digits that fit under another name: the name was damaged, not the record written without a checksum.
        return isNamed || property[DigitsAt..].SequenceEqual(expected[DigitsAt..])
            ? ChecksumVerdict.Differs
            : ChecksumVerdict.Absent;
    }

    /// <summary>Whether bytes, a record or its properties, end with the checksum property.</summary>
    public static bool IsAtEndOf(ReadOnlySpan<byte> bytes) => bytes.Length >= SizeBytes
        && bytes[^SizeBytes..].StartsWith(PropertyNames.RecordChecksum)
        && bytes[^(SizeBytes - DigitsAt + 1)] == PropertyBlock.NameEnd;

    /// <summary>The checksum of a body as the record's bodyCRC field holds it.</summary>
    public static int OfBody(uint bodyCrc) => (int)(bodyCrc & Mask);

    private static bool EndsWithDigits(ReadOnlySpan<byte> record) => record.Length >= SizeBytes
        && !record[^(Digits + 1)..^1].ContainsAnyExceptInRange((byte)'0', (byte)'9');
}

/// <summary>What <see cref="RecordChecksum.Verify"/> found.</summary>
public enum ChecksumVerdict
{
    /// <summary>The record has no whole-record checksum, as those that RocketMQ writes by default.</summary>
    Absent,

    /// <summary>The record is as it was written.</summary>
    Matches,

    /// <summary>The record was changed after it was written, or never fully written.</summary>
    Differs,
}

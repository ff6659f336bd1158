using System.Buffers.Binary;

namespace OrleansMq.Messages.Checksums;

/// <summary>
/// The checksum that ends a zlib stream (RFC 1950). The decompressor compares it if it comes that far, but takes a
/// stream that was cut off before for a whole one.
/// </summary>
public static class Adler32
{
    /// <summary>The sum of no bytes.</summary>
    public const uint Empty = 1;

    private const uint Modulus = 65_521;

    /// <summary>So many bytes can be added up before the sums must be reduced.</summary>
    private const int BytesPerReduction = 5_552;

    /// <summary>Goes on from the sum of the bytes before.</summary>
    public static uint Append(uint sum, ReadOnlySpan<byte> bytes)
    {
        uint low = sum & 0xFFFF;
        uint high = sum >> 16;
        while (!bytes.IsEmpty)
        {
            int count = Math.Min(bytes.Length, BytesPerReduction);
            foreach (byte each in bytes[..count])
            {
                low += each;
                high += low;
            }

            low %= Modulus;
            high %= Modulus;
            bytes = bytes[count..];
        }

        return (high << 16) | low;
    }

    /// <summary>Whether a zlib stream ends with the sum of what came out of it.</summary>
    public static bool Ends(ReadOnlySpan<byte> stream, uint sum) =>
        stream.Length >= sizeof(uint) && BinaryPrimitives.ReadUInt32BigEndian(stream[^sizeof(uint)..]) == sum;
}

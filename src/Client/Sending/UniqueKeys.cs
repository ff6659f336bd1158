using System.Buffers.Binary;
using System.Security.Cryptography;

namespace OrleansMq.Client.Sending;

/// <summary>
/// Makes the identifiers that producers give: 32 hexadecimal digits of an address (4 bytes), a process (2), a random
/// number (4), milliseconds since the month began (4) and a counter (2), big-endian. Admin tools read the time from it.
/// Thread-safe. RocketMQ: <c>MessageClientIDSetter</c>.
/// </summary>
internal static class UniqueKeys
{
    private const int SizeBytes = 16;
    private const int FixedBytes = 10;

    private static readonly byte[] Fixed = MakeFixed();
    private static int _counter;

    /// <summary>Makes an identifier.</summary>
    public static UInt128 Next(DateTimeOffset now)
    {
        Span<byte> key = stackalloc byte[SizeBytes];
        Fixed.CopyTo(key);
        var month = new DateTimeOffset(now.Year, now.Month, 1, 0, 0, 0, now.Offset);
        BinaryPrimitives.WriteUInt32BigEndian(key[FixedBytes..], (uint)(now - month).TotalMilliseconds);
        BinaryPrimitives.WriteUInt16BigEndian(key[(FixedBytes + 4)..], (ushort)Interlocked.Increment(ref _counter));
        return BinaryPrimitives.ReadUInt128BigEndian(key);
    }

    /// <summary>
    /// In place of the address stands a random number: it tells hosts apart even where containers share addresses.
    /// </summary>
    private static byte[] MakeFixed()
    {
        byte[] bytes = RandomNumberGenerator.GetBytes(FixedBytes);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(4), (ushort)Environment.ProcessId);
        return bytes;
    }
}

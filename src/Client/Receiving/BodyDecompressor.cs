using System.IO.Compression;
using System.Runtime.InteropServices;
using OrleansMq.Messages.Checksums;

namespace OrleansMq.Client.Receiving;

/// <summary>
/// Decompresses bodies within limits, so that a short message cannot take all memory. RocketMQ:
/// <c>UtilAll.uncompress</c>.
/// </summary>
internal static class BodyDecompressor
{
    /// <summary>
    /// Up to this length a body may be compressed by any ratio: text that repeats itself gets very short.
    /// </summary>
    public const int FreeBytes = 1024 * 1024;

    private const int FirstBytes = 16 * 1024;

    /// <summary>Decompresses; with any other status than whole, <paramref name="body"/> is what came.</summary>
    public static BodyStatus Decompress(
        ReadOnlyMemory<byte> compressed, ClientOptions options, out ReadOnlyMemory<byte> body)
    {
        long byRatio = Math.Max(FreeBytes, (long)compressed.Length * options.MaxDecompressionRatio);
        int limit = (int)Math.Min(Math.Min(byRatio, 4L * options.MaxMessageBytes), Array.MaxLength);
        body = compressed;
        try
        {
            byte[]? whole = Read(compressed, limit, out int length);
            if (whole is null)
                return BodyStatus.TooLarge;

            // A stream without its end looks like one that is over.
            uint sum = Adler32.Append(Adler32.Empty, whole.AsSpan(0, length));
            if (!compressed.IsEmpty && !Adler32.Ends(compressed.Span, sum))
                return BodyStatus.Corrupt;

            body = whole.AsMemory(0, length);
            return BodyStatus.Whole;
        }
        catch (InvalidDataException)
        {
            return BodyStatus.Corrupt;
        }
    }

    private static byte[]? Read(ReadOnlyMemory<byte> compressed, int limit, out int length)
    {
        if (!MemoryMarshal.TryGetArray(compressed, out ArraySegment<byte> bytes))
            bytes = new ArraySegment<byte>(compressed.ToArray());
        using var zlib = new ZLibStream(
            new MemoryStream(bytes.Array!, bytes.Offset, bytes.Count, writable: false), CompressionMode.Decompress);
        byte[] body = new byte[Math.Min(Math.Max(FirstBytes, 4L * compressed.Length), limit)];
        length = 0;
        while (true)
        {
            int read = zlib.Read(body, length, body.Length - length);
            length += read;
            if (read == 0 && length < body.Length)
                return body;
            if (length < body.Length)
                continue;
            if (length == limit)
                return zlib.ReadByte() < 0 ? body : null;

            Array.Resize(ref body, (int)Math.Min(2L * body.Length, limit));
        }
    }
}

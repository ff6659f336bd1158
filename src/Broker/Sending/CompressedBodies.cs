using System.IO.Compression;
using OrleansMq.Messages.Checksums;
using OrleansMq.Messages.Records;

namespace OrleansMq.Broker.Sending;

/// <summary>
/// Tells whether a body that is said to be compressed by zlib can be, and whether it is a bomb: few bytes that take all
/// of a consumer's memory. Other methods, which 5.x clients have, are the clients' business.
/// </summary>
internal sealed class CompressedBodies(CompressionOptions options, int maxMessageBytes)
{
    /// <summary>Up to this length a body may be compressed by any ratio, as it may at the client.</summary>
    public const int FreeBytes = 1024 * 1024;

    private const int MethodShift = 8;
    private const int MethodMask = 7;
    private const int Zlib = 3;
    private const int ScratchBytes = 16 * 1024;
    private const string Corrupt = "The message says that it is compressed, but its body cannot be decompressed.";

    /// <summary>What is wrong with a body, for its sender; null when nothing is, or nothing was checked.</summary>
    public string? FindProblem(SystemFlags flags, ReadOnlySpan<byte> body)
    {
        if ((flags & SystemFlags.Compressed) == 0)
            return null;

        // Clients before 5.0 name no method.
        if ((((int)flags >> MethodShift) & MethodMask) is not (0 or Zlib))
            return null;
        if ((options.VerifyHeaders || options.VerifyBodies) && !HasHeader(body))
        {
            return "The message says that it is compressed, but its body does not begin as zlib does: compress it, or "
                + "leave out the flag 1.";
        }

        return options.VerifyBodies ? Decompress(body) : null;
    }

    /// <summary>Method 8, a window of at most 32 KiB, no dictionary, and a sum that 31 divides (RFC 1950).</summary>
    private static bool HasHeader(ReadOnlySpan<byte> body) => body.Length > 2
        && (body[0] & 0x0F) == 8 && body[0] >> 4 <= 7 && (body[1] & 0x20) == 0
        && ((body[0] << 8) | body[1]) % 31 == 0;

    private string? Decompress(ReadOnlySpan<byte> body)
    {
        long limit = Math.Min(Math.Max(FreeBytes, (long)body.Length * options.MaxRatio), 4L * maxMessageBytes);
        byte[] scratch = new byte[ScratchBytes];
        long length = 0;
        uint sum = Adler32.Empty;
        try
        {
            using var zlib = new ZLibStream(new MemoryStream(body.ToArray()), CompressionMode.Decompress);
            for (int read = zlib.Read(scratch); read > 0 && length <= limit; read = zlib.Read(scratch))
            {
                length += read;
                sum = Adler32.Append(sum, scratch.AsSpan(0, read));
            }
        }
        catch (InvalidDataException)
        {
            return Corrupt;
        }

        return length <= limit
            ? Adler32.Ends(body, sum) ? null : Corrupt
            : $"The body of {body.Length} bytes is more than {limit} bytes long when it is decompressed, which is more "
                + "than consumers take.";
    }
}

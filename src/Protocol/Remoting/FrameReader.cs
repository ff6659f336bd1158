using System.Buffers.Binary;

namespace OrleansMq.Protocol.Remoting;

/// <summary>
/// Cuts a byte stream into frames: <c>int32 length, int32 header word, header, body</c>, all big-endian, where the
/// length counts the bytes behind itself.
/// </summary>
public static class FrameReader
{
    /// <summary>The bytes of the length in front of a frame.</summary>
    public const int PrefixBytes = sizeof(int);

    /// <summary>The bytes of the header word, which every frame has.</summary>
    public const int HeaderWordBytes = sizeof(int);

    /// <summary>RocketMQ's limit on a frame, 16 MiB.</summary>
    public const int DefaultMaxFrameBytes = 16 * 1024 * 1024;

    /// <summary>The part of the header word that is the header's length; the rest is its serialize type.</summary>
    internal const int HeaderLengthMask = 0x00FF_FFFF;

    /// <summary>
    /// Looks at the frame at the beginning of <paramref name="buffer"/>. A bad length is reported as soon as its bytes
    /// are there, not only when the frame is complete. Never throws.
    /// </summary>
    /// <param name="buffer">The bytes received and not yet consumed, beginning with a length.</param>
    /// <param name="maxFrameBytes">The most bytes that may stand behind the length.</param>
    /// <param name="frameLength">
    /// The bytes behind the length, once the length itself is there: the frame is
    /// <c>buffer.Slice(PrefixBytes, frameLength)</c>, the next one begins behind it.
    /// </param>
    public static FrameStatus TryRead(ReadOnlySpan<byte> buffer, int maxFrameBytes, out int frameLength)
    {
        frameLength = 0;
        if (buffer.Length < PrefixBytes)
            return FrameStatus.NeedMore;

        int length = BinaryPrimitives.ReadInt32BigEndian(buffer);
        if (length < HeaderWordBytes)
            return FrameStatus.Malformed;

        frameLength = length;
        if (length > maxFrameBytes)
            return FrameStatus.TooLarge;
        if (buffer.Length < PrefixBytes + HeaderWordBytes)
            return FrameStatus.NeedMore;

        int headerLength = BinaryPrimitives.ReadInt32BigEndian(buffer[PrefixBytes..]) & HeaderLengthMask;
        if (headerLength > length - HeaderWordBytes)
            return FrameStatus.Malformed;

        return buffer.Length - PrefixBytes < length ? FrameStatus.NeedMore : FrameStatus.Complete;
    }
}

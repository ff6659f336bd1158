using System.Buffers.Binary;
using System.Security.Cryptography;

namespace OrleansMq.Broker.Deduplication;

/// <summary>
/// What a topic and a unique id are remembered by: 128 bits of their SHA-256, so that nobody can make another message
/// pass for a known one.
/// </summary>
internal static class PublishId
{
    private const int MaxStackBytes = 512;

    public static UInt128 Of(ReadOnlySpan<byte> topic, ReadOnlySpan<byte> uniqueKey)
    {
        int length = topic.Length + 1 + uniqueKey.Length;
        Span<byte> text = length <= MaxStackBytes ? stackalloc byte[length] : new byte[length];
        topic.CopyTo(text);

        // No topic holds a zero byte.
        text[topic.Length] = 0;
        uniqueKey.CopyTo(text[(topic.Length + 1)..]);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(text, hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }
}

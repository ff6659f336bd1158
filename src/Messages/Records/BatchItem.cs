using System.Buffers.Binary;

namespace OrleansMq.Messages.Records;

/// <summary>
/// One message of a batch body: <c>int32 total, int32 magic, int32 crc, int32 flag, int32 bodyLength, body,
/// int16 propertiesLength, properties</c>. RocketMQ: <c>MessageDecoder.encodeMessages</c>.
/// </summary>
public readonly ref struct BatchItem
{
    private const int FixedBytes = 22;
    private const int BodyAt = 20;

    private BatchItem(int flag, ReadOnlySpan<byte> body, ReadOnlySpan<byte> properties)
    {
        Flag = flag;
        Body = body;
        Properties = properties;
    }

    /// <summary>The application's own number.</summary>
    public int Flag { get; }

    /// <summary>The body.</summary>
    public ReadOnlySpan<byte> Body { get; }

    /// <summary>The encoded properties.</summary>
    public ReadOnlySpan<byte> Properties { get; }

    /// <summary>Bytes that an item takes.</summary>
    public static int SizeOf(int bodyLength, int propertiesLength) => FixedBytes + bodyLength + propertiesLength;

    /// <summary>
    /// Takes the first item off a batch body. Never throws; false leaves <paramref name="rest"/> as it was.
    /// </summary>
    public static bool TryRead(ref ReadOnlySpan<byte> rest, out BatchItem item)
    {
        item = default;
        if (rest.Length < FixedBytes)
            return false;

        int total = BinaryPrimitives.ReadInt32BigEndian(rest);
        int bodyLength = BinaryPrimitives.ReadInt32BigEndian(rest[16..]);
        if (total < FixedBytes || total > rest.Length || bodyLength < 0 || bodyLength > total - FixedBytes)
            return false;

        int propertiesLength = BinaryPrimitives.ReadInt16BigEndian(rest[(BodyAt + bodyLength)..]);
        if (propertiesLength < 0 || SizeOf(bodyLength, propertiesLength) != total)
            return false;

        item = new BatchItem(
            BinaryPrimitives.ReadInt32BigEndian(rest[12..]),
            rest.Slice(BodyAt, bodyLength),
            rest.Slice(FixedBytes + bodyLength, propertiesLength));
        rest = rest[total..];
        return true;
    }

    /// <summary>Writes an item of <see cref="SizeOf"/> bytes.</summary>
    public static void Write(Span<byte> destination, int flag, ReadOnlySpan<byte> body, ReadOnlySpan<byte> properties)
    {
        destination[..BodyAt].Clear();
        BinaryPrimitives.WriteInt32BigEndian(destination, SizeOf(body.Length, properties.Length));
        BinaryPrimitives.WriteInt32BigEndian(destination[12..], flag);
        BinaryPrimitives.WriteInt32BigEndian(destination[16..], body.Length);
        body.CopyTo(destination[BodyAt..]);
        BinaryPrimitives.WriteInt16BigEndian(destination[(BodyAt + body.Length)..], checked((short)properties.Length));
        properties.CopyTo(destination[(FixedBytes + body.Length)..]);
    }
}

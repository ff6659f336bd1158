using System.Buffers.Binary;

namespace OrleansMq.Messages.Identity;

/// <summary>
/// The identifier a broker gives a stored message: its address and the record's place in its log, in upper-case
/// hexadecimal (32 characters for IPv4, 56 for IPv6). RocketMQ: offsetMsgId.
/// </summary>
/// <param name="Broker">The broker's address as the record carries it (its store host).</param>
/// <param name="PhysicalOffset">Where the record begins in the commit log.</param>
public readonly record struct OffsetMessageId(HostAddress Broker, long PhysicalOffset)
{
    /// <summary>Characters of the longest identifier.</summary>
    public const int MaxLength = (HostAddress.IPv6SizeBytes + sizeof(long)) * 2;

    private const int IPv4Length = (HostAddress.IPv4SizeBytes + sizeof(long)) * 2;

    /// <summary>Writes the identifier as ASCII and returns how many bytes it took.</summary>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    public int Format(Span<byte> destination)
    {
        Span<byte> bytes = stackalloc byte[HostAddress.IPv6SizeBytes + sizeof(long)];
        Broker.Write(bytes);
        BinaryPrimitives.WriteInt64BigEndian(bytes[Broker.SizeBytes..], PhysicalOffset);
        ReadOnlySpan<byte> used = bytes[..(Broker.SizeBytes + sizeof(long))];
        if (!Convert.TryToHexString(used, destination, out int written))
            throw new ArgumentException($"The identifier takes {used.Length * 2} bytes, not {destination.Length}.");
        return written;
    }

    /// <summary>Reads an identifier; false for anything but 32 or 56 hexadecimal digits.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out OffsetMessageId id)
    {
        id = default;
        if (text.Length is not (IPv4Length or MaxLength))
            return false;

        Span<byte> bytes = stackalloc byte[HostAddress.IPv6SizeBytes + sizeof(long)];
        if (Convert.FromHexString(text, bytes, out _, out int written) != System.Buffers.OperationStatus.Done)
            return false;

        var broker = HostAddress.Read(bytes, text.Length == MaxLength);
        id = new OffsetMessageId(broker, BinaryPrimitives.ReadInt64BigEndian(bytes[broker.SizeBytes..written]));
        return true;
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        Span<byte> text = stackalloc byte[MaxLength];
        return System.Text.Encoding.ASCII.GetString(text[..Format(text)]);
    }
}

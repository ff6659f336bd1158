using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace OrleansMq.Messages.Identity;

/// <summary>An IP address and port as a record stores it: 8 bytes for IPv4, 20 for IPv6, big-endian.</summary>
/// <param name="Bits">The address in network order, right-aligned; the low 32 bits for IPv4.</param>
/// <param name="Port">The port, 0 to 65,535; stored as an int32.</param>
/// <param name="IsIPv6">Whether the address takes 16 bytes.</param>
public readonly record struct HostAddress(UInt128 Bits, int Port, bool IsIPv6)
{
    /// <summary>Bytes of a stored IPv4 address with its port.</summary>
    public const int IPv4SizeBytes = 8;

    /// <summary>Bytes of a stored IPv6 address with its port.</summary>
    public const int IPv6SizeBytes = 20;

    /// <summary>Bytes that this address takes in a record.</summary>
    public int SizeBytes => IsIPv6 ? IPv6SizeBytes : IPv4SizeBytes;

    /// <summary>Takes over an endpoint; an IPv4 address mapped into IPv6 becomes plain IPv4.</summary>
    public static HostAddress From(IPEndPoint endPoint)
    {
        IPAddress address = endPoint.Address.IsIPv4MappedToIPv6 ? endPoint.Address.MapToIPv4() : endPoint.Address;
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        bool isIPv6 = address.AddressFamily == AddressFamily.InterNetworkV6;
        address.TryWriteBytes(isIPv6 ? bytes : bytes[12..], out _);
        return new HostAddress(BinaryPrimitives.ReadUInt128BigEndian(bytes), endPoint.Port, isIPv6);
    }

    /// <summary>Reads an address of <see cref="IPv4SizeBytes"/> or <see cref="IPv6SizeBytes"/> bytes.</summary>
    public static HostAddress Read(ReadOnlySpan<byte> source, bool isIPv6) => isIPv6
        ? new(BinaryPrimitives.ReadUInt128BigEndian(source), BinaryPrimitives.ReadInt32BigEndian(source[16..]), true)
        : new(BinaryPrimitives.ReadUInt32BigEndian(source), BinaryPrimitives.ReadInt32BigEndian(source[4..]), false);

    /// <summary>Writes <see cref="SizeBytes"/> bytes.</summary>
    public void Write(Span<byte> destination)
    {
        if (IsIPv6)
        {
            BinaryPrimitives.WriteUInt128BigEndian(destination, Bits);
            BinaryPrimitives.WriteInt32BigEndian(destination[16..], Port);
        }
        else
        {
            BinaryPrimitives.WriteUInt32BigEndian(destination, (uint)Bits);
            BinaryPrimitives.WriteInt32BigEndian(destination[4..], Port);
        }
    }

    /// <summary>The endpoint; a port outside 0 to 65,535, which only a damaged record has, reads as 0.</summary>
    public IPEndPoint ToEndPoint()
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, Bits);
        int port = Port is >= IPEndPoint.MinPort and <= IPEndPoint.MaxPort ? Port : 0;
        return new IPEndPoint(new IPAddress(IsIPv6 ? bytes : bytes[12..]), port);
    }

    /// <inheritdoc/>
    public override string ToString() => ToEndPoint().ToString();
}

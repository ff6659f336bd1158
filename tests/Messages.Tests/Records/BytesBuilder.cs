using System.Text;
using OrleansMq.Messages.Tests.Checksums;

namespace OrleansMq.Messages.Tests.Records;

/// <summary>Lays bytes out one field after the other, so that an expected record owes nothing to the encoder.</summary>
internal sealed class BytesBuilder
{
    private readonly List<byte> _bytes = [];

    public BytesBuilder Byte(int value)
    {
        _bytes.Add(checked((byte)value));
        return this;
    }

    public BytesBuilder Int16(int value) => Byte((value >> 8) & 0xFF).Byte(value & 0xFF);

    public BytesBuilder Int32(int value) => Int16((value >> 16) & 0xFFFF).Int16(value & 0xFFFF);

    public BytesBuilder Int64(long value) => Int32((int)(value >> 32)).Int32((int)value);

    public BytesBuilder Text(string text) => Raw(Encoding.UTF8.GetBytes(text));

    public BytesBuilder Raw(params byte[] bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    /// <summary>Appends the checksum property over all bytes so far.</summary>
    public BytesBuilder Checksum()
    {
        uint crc = ReferenceCrc32.Compute(ToArray()) & 0x7FFFFFFF;
        string digits = string.Concat($"{crc:D10}".Reverse());
        return Text($"__CRC32#\u0001{digits}\u0002");
    }

    public byte[] ToArray() => [.. _bytes];
}

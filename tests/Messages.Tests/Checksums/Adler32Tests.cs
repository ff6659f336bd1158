using System.IO.Compression;
using System.Text;
using OrleansMq.Messages.Checksums;

namespace OrleansMq.Messages.Tests.Checksums;

public sealed class Adler32Tests
{
    [Theory]
    [InlineData("", 0x00000001u)]
    [InlineData("a", 0x00620062u)]
    [InlineData("Wikipedia", 0x11E60398u)]
    public void Append_GivesTheKnownSums(string text, uint expected) =>
        Assert.Equal(expected, Adler32.Append(Adler32.Empty, Encoding.ASCII.GetBytes(text)));

    [Theory]
    [InlineData(1)]
    [InlineData(5_552)]
    [InlineData(5_553)]
    [InlineData(1_000_000)]
    public void Append_GivesTheSumThatZlibWrites_WhateverTheParts(int length)
    {
        byte[] bytes = new byte[length];
        Array.Fill(bytes, (byte)0xFF);
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest))
            zlib.Write(bytes);
        uint sum = Adler32.Append(Adler32.Empty, bytes.AsSpan(0, length / 3));
        sum = Adler32.Append(sum, bytes.AsSpan(length / 3));

        Assert.True(Adler32.Ends(packed.ToArray(), sum));
        Assert.False(Adler32.Ends(packed.ToArray(), sum + 1));
        Assert.False(Adler32.Ends([0, 0, 1], 1));
    }
}

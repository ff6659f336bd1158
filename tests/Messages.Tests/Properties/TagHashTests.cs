using System.Text;
using OrleansMq.Messages.Properties;

namespace OrleansMq.Messages.Tests.Properties;

public sealed class TagHashTests
{
    [Theory]
    [InlineData("", 0)]
    [InlineData("TagA", 2598919)]
    [InlineData("hello", 99162322)]
    [InlineData("polygenelubricants", int.MinValue)]
    [InlineData("\u00E4\u00F6\u00FC", ((0xE4 * 31) + 0xF6) * 31 + 0xFC)]
    [InlineData("\u8BA2\u5355", (0x8BA2 * 31) + 0x5355)]
    [InlineData("\uD83D\uDE00", (0xD83D * 31) + 0xDE00)]
    public void Compute_GivesJavasHashCode_FromUtf8AndFromUnits(string text, int expected)
    {
        Assert.Equal(expected, TagHash.Compute(text.AsSpan()));
        Assert.Equal(expected, TagHash.Compute(Encoding.UTF8.GetBytes(text)));
    }

    [Theory]
    [InlineData("FF", 1)]
    [InlineData("E282", 1)]
    [InlineData("C080", 2)]
    [InlineData("F5808080", 4)]
    public void Compute_HashesReplacementCharacters_WhenUtf8IsMalformed(string hexadecimal, int replacements) =>
        Assert.Equal(
            TagHash.Compute(new string('\uFFFD', replacements).AsSpan()),
            TagHash.Compute(Convert.FromHexString(hexadecimal)));

    [Fact]
    public void Compute_AllocatesNothing_WhenTextIsNotAscii()
    {
        ReadOnlySpan<byte> tag = "\u8BA2\u5355\uD83D\uDE00"u8;
        int expected = TagHash.Compute(tag);
        long before = GC.GetAllocatedBytesForCurrentThread();
        int hash = TagHash.Compute(tag);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(expected, hash);
    }
}

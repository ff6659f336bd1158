using OrleansMq.Messages.Records;

namespace OrleansMq.Messages.Tests.Records;

public sealed class RecordChecksumTests
{
    [Theory]
    [InlineData(0u, "0000000000")]
    [InlineData(1u, "1000000000")]
    [InlineData(1234567890u, "0987654321")]
    [InlineData(0x7FFFFFFFu, "7463847412")]
    [InlineData(0xFFFFFFFFu, "7463847412")]
    [InlineData(0x80000000u, "0000000000")]
    public void Write_PutsTheLeastSignificantDigitFirst_WithoutTheTopBit(uint crc, string digits)
    {
        byte[] property = new byte[RecordChecksum.SizeBytes];
        RecordChecksum.Write(property, crc);
        Assert.Equal($"__CRC32#\u0001{digits}\u0002", System.Text.Encoding.ASCII.GetString(property));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\u00011\u0002")]
    [InlineData("__CRC32#\u00011234567890")]
    [InlineData("__CRC32#\u00011234567890\u0002a\u00011\u0002")]
    public void Verify_GivesAbsent_WhenTheBytesDoNotEndWithTheProperty(string text) => Assert.Equal(
        ChecksumVerdict.Absent, RecordChecksum.Verify(System.Text.Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void Verify_GivesMatches_WhenThePropertyStandsAlone() =>
        Assert.Equal(ChecksumVerdict.Matches, RecordChecksum.Verify("__CRC32#\u00010000000000\u0002"u8));

    [Theory]
    [InlineData("__CRC32#\u00011000000000\u0002")]
    [InlineData("__CRC32#\u00010000000000\u0003")]
    [InlineData("__CRC32!\u00010000000000\u0002")]
    [InlineData("__CRC32#\u00000000000000\u0002")]
    public void Verify_GivesDiffers_WhenNameOrDigitsAreDamaged(string text) => Assert.Equal(
        ChecksumVerdict.Differs, RecordChecksum.Verify(System.Text.Encoding.ASCII.GetBytes(text)));

    [Theory]
    [InlineData(0u, 0)]
    [InlineData(0xCBF43926u, 0x4BF43926)]
    [InlineData(0xFFFFFFFFu, int.MaxValue)]
    public void OfBody_ClearsTheTopBit(uint crc, int expected) => Assert.Equal(expected, RecordChecksum.OfBody(crc));
}

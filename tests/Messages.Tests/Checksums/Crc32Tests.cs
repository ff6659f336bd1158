using OrleansMq.Messages.Checksums;

namespace OrleansMq.Messages.Tests.Checksums;

public sealed class Crc32Tests
{
    private const int LongestLength = 1100;
    private const int BelowFoldSize = 63;

    private static readonly byte[] Data = RandomBytes(LongestLength + 64);

    [Theory]
    [InlineData("", 0u)]
    [InlineData("a", 0xE8B7BE43)]
    [InlineData("123456789", 0xCBF43926)]
    [InlineData("The quick brown fox jumps over the lazy dog", 0x414FA339u)]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345678901234567890", 0x7CA94A72u)]
    public void Compute_GivesThePublishedValue_WhenTextIsKnown(string text, uint expected) =>
        Assert.Equal(expected, Crc32.Compute(System.Text.Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void Compute_EqualsTheReference_AtEveryLength()
    {
        for (int length = 0; length <= LongestLength; length++)
            Assert.Equal(ReferenceCrc32.Compute(Data.AsSpan(0, length)), Crc32.Compute(Data.AsSpan(0, length)));
    }

    [Fact]
    public void Compute_EqualsTheReference_WhenTheSliceIsUnaligned()
    {
        for (int start = 0; start < 33; start++)
        {
            foreach (int length in (int[])[1, 7, 8, 15, 16, 63, 64, 65, 79, 80, 127, 128, 129, 255, 1023, 1024])
            {
                ReadOnlySpan<byte> slice = Data.AsSpan(start, length);
                Assert.Equal(ReferenceCrc32.Compute(slice), Crc32.Compute(slice));
            }
        }
    }

    [Theory]
    [InlineData(0x00)]
    [InlineData(0xFF)]
    public void Compute_EqualsTheReference_WhenAllBytesAreEqual(byte value)
    {
        byte[] data = new byte[300];
        data.AsSpan().Fill(value);
        for (int length = 0; length <= data.Length; length++)
            Assert.Equal(ReferenceCrc32.Compute(data.AsSpan(0, length)), Crc32.Compute(data.AsSpan(0, length)));
    }

    [Fact]
    public void Append_GivesTheWhole_WhereverTheDataIsSplit()
    {
        ReadOnlySpan<byte> data = Data.AsSpan(0, 400);
        uint whole = ReferenceCrc32.Compute(data);
        for (int split = 0; split <= data.Length; split++)
            Assert.Equal(whole, Crc32.Append(Crc32.Compute(data[..split]), data[split..]));
    }

    /// <summary>Pieces below the fold size never reach carry-less multiplication, so this covers the tables.</summary>
    [Fact]
    public void Append_GivesTheWhole_WhenPiecesAreTooShortToFold()
    {
        for (int piece = 1; piece <= BelowFoldSize; piece++)
        {
            uint crc = 0;
            for (int start = 0; start < LongestLength; start += piece)
                crc = Crc32.Append(crc, Data.AsSpan(start, Math.Min(piece, LongestLength - start)));
            Assert.Equal(ReferenceCrc32.Compute(Data.AsSpan(0, LongestLength)), crc);
        }
    }

    [Fact]
    public void Append_LeavesTheChecksum_WhenNothingFollows() =>
        Assert.Equal(0xCBF43926, Crc32.Append(0xCBF43926, []));

    [Fact]
    public void Combine_EqualsDirectComputation_WhereverTheDataIsSplit()
    {
        ReadOnlySpan<byte> data = Data.AsSpan(0, LongestLength);
        uint whole = ReferenceCrc32.Compute(data);
        for (int split = 0; split <= data.Length; split++)
        {
            uint first = Crc32.Compute(data[..split]);
            uint second = Crc32.Compute(data[split..]);
            Assert.Equal(whole, Crc32.Combine(first, second, Crc32.SkipFactor(data.Length - split)));
        }
    }

    [Fact]
    public void Combine_EqualsDirectComputation_WhenTheSecondBlockIsLong()
    {
        byte[] zeros = new byte[5_000_011];
        uint first = Crc32.Compute("head"u8);
        uint combined = Crc32.Combine(first, Crc32.Compute(zeros), Crc32.SkipFactor(zeros.Length));
        Assert.Equal(Crc32.Append(first, zeros), combined);
    }

    [Fact]
    public void SkipFactor_ComposesByTwoCombines_WhenLengthExceedsThirtyTwoBits()
    {
        const long Half = 3_000_000_000;
        uint first = 0x12345678;
        uint once = Crc32.Combine(first, 0, Crc32.SkipFactor(2 * Half));
        uint twice = Crc32.Combine(Crc32.Combine(first, 0, Crc32.SkipFactor(Half)), 0, Crc32.SkipFactor(Half));
        Assert.Equal(twice, once);
    }

    [Fact]
    public void SkipFactor_LeavesTheChecksum_WhenLengthIsZero() =>
        Assert.Equal(0xDEADBEEF, Crc32.Combine(0xDEADBEEF, 0, Crc32.SkipFactor(0)));

    [Fact]
    public void SkipFactor_Throws_WhenLengthIsNegative() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Crc32.SkipFactor(-1));

    [Fact]
    public void SkipFactors_GiveTheFactor_WhenLengthsShareASlot()
    {
        foreach (int length in (int[])[0, 64, 128, 0, 64, 1, 65, 1])
            Assert.Equal(Crc32.SkipFactor(length), SkipFactors.Of(length));
    }

    private static byte[] RandomBytes(int count)
    {
        byte[] bytes = new byte[count];
        new Random(1).NextBytes(bytes);
        return bytes;
    }
}

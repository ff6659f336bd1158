using System.IO.Compression;
using System.Text;
using OrleansMq.Broker.Sending;
using OrleansMq.Messages.Records;

namespace OrleansMq.Broker.Tests.Sending;

public sealed class CompressedBodiesTests
{
    private const int MaxMessageBytes = 4 * 1024 * 1024;
    private const int Mebibyte = 1024 * 1024;

    private static readonly byte[] Text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 5000)));

    [Theory]
    [InlineData(CompressionLevel.NoCompression)]
    [InlineData(CompressionLevel.Fastest)]
    [InlineData(CompressionLevel.Optimal)]
    [InlineData(CompressionLevel.SmallestSize)]
    public void Body_IsTaken_WhateverLevelItHas(CompressionLevel level)
    {
        Assert.Null(Find(Zlib(Text, level), verifiesBodies: false));
        Assert.Null(Find(Zlib(Text, level), verifiesBodies: true));
    }

    [Theory]
    [InlineData("")]
    [InlineData("78")]
    [InlineData("789C")]
    [InlineData("789D00")]
    [InlineData("779C00")]
    [InlineData("889800")]
    [InlineData("78BB00")]
    [InlineData("504B0304")]
    [InlineData("1F8B0800")]
    public void Body_IsRefused_WhenItDoesNotBeginAsZlibDoes(string hex) =>
        Assert.Contains("zlib", Find(Convert.FromHexString(hex), verifiesBodies: false), StringComparison.Ordinal);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Body_IsNotLookedAt_WhenItIsCompressedInAnotherWay(int method)
    {
        var flags = (SystemFlags)(1 | (method << 8));
        Assert.Null(Bodies(verifiesBodies: true).FindProblem(flags, "x"u8));
        Assert.Null(Bodies(verifiesBodies: true).FindProblem(SystemFlags.None, "x"u8));
        Assert.NotNull(Bodies(verifiesBodies: true).FindProblem((SystemFlags)(1 | (3 << 8)), "x"u8));
    }

    [Fact]
    public void Body_IsTaken_WhenNothingIsToBeVerified() => Assert.Null(
        new CompressedBodies(new CompressionOptions { VerifyHeaders = false }, MaxMessageBytes)
            .FindProblem(SystemFlags.Compressed, "plain"u8));

    [Theory]
    [InlineData(Mebibyte, false)]
    [InlineData(Mebibyte + 1, true)]
    [InlineData(4 * Mebibyte, true)]
    [InlineData(64 * Mebibyte, true)]
    public void Bomb_IsRefused_WhenBodiesAreVerified(int length, bool isRefused)
    {
        byte[] packed = Zlib(new byte[length], CompressionLevel.Optimal);
        Assert.Null(Find(packed, verifiesBodies: false));
        string? problem = Find(packed, verifiesBodies: true);
        Assert.Equal(isRefused, problem is not null);
        Assert.True(!isRefused || problem!.Contains("more than consumers take", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Body_IsRefused_AboveFourTimesTheLargestMessage(int more)
    {
        byte[] body = new byte[400_000 + more];
        new Random(1).NextBytes(body);
        var bodies = new CompressedBodies(new CompressionOptions { VerifyBodies = true }, 100_000);
        string? problem = bodies.FindProblem(SystemFlags.Compressed, Zlib(body, CompressionLevel.Optimal));
        Assert.Equal(more > 0, problem is not null);
    }

    [Theory]
    [InlineData(0.5, 0)]
    [InlineData(0.99, 0)]
    [InlineData(1, 1)]
    public void Body_IsRefused_WhenItsEndIsMissingOrItsSumIsWrong(double share, int flip)
    {
        byte[] whole = Zlib(Text, CompressionLevel.Optimal);
        byte[] packed = whole[..(int)(whole.Length * share)];
        packed[^1] ^= (byte)flip;
        Assert.Contains("cannot be decompressed", Find(packed, verifiesBodies: true), StringComparison.Ordinal);
    }

    private static CompressedBodies Bodies(bool verifiesBodies) =>
        new(new CompressionOptions { VerifyBodies = verifiesBodies }, MaxMessageBytes);

    private static string? Find(byte[] body, bool verifiesBodies) =>
        Bodies(verifiesBodies).FindProblem(SystemFlags.Compressed, body);

    private static byte[] Zlib(byte[] body, CompressionLevel level)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, level))
            zlib.Write(body);
        return packed.ToArray();
    }
}

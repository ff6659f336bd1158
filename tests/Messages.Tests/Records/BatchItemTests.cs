using OrleansMq.Messages.Records;

namespace OrleansMq.Messages.Tests.Records;

public sealed class BatchItemTests
{
    private static readonly byte[] First = new BytesBuilder()
        .Int32(22 + 5 + 7).Int32(0).Int32(0).Int32(9)
        .Int32(5).Text("hello")
        .Int16(7).Text("TAGS\u0001a\u0002")
        .ToArray();

    private static readonly byte[] Second = new BytesBuilder()
        .Int32(22).Int32(0).Int32(0).Int32(-1).Int32(0).Int16(0).ToArray();

    [Fact]
    public void Write_GivesTheExpectedBytes()
    {
        byte[] item = new byte[BatchItem.SizeOf(5, 7)];
        item.AsSpan().Fill(0xEE);
        BatchItem.Write(item, 9, "hello"u8, "TAGS\u0001a\u0002"u8);
        Assert.Equal(First, item);
    }

    [Fact]
    public void TryRead_TakesItemAfterItem_UntilNothingIsLeft()
    {
        ReadOnlySpan<byte> rest = [.. First, .. Second];
        Assert.True(BatchItem.TryRead(ref rest, out BatchItem item));
        Assert.Equal(9, item.Flag);
        Assert.Equal("hello"u8, item.Body);
        Assert.Equal("TAGS\u0001a\u0002"u8, item.Properties);
        Assert.Equal(Second, rest);
        Assert.True(BatchItem.TryRead(ref rest, out item));
        Assert.Equal(-1, item.Flag);
        Assert.True(item.Body.IsEmpty);
        Assert.True(item.Properties.IsEmpty);
        Assert.True(rest.IsEmpty);
        Assert.False(BatchItem.TryRead(ref rest, out _));
    }

    [Fact]
    public void TryRead_IgnoresMagicAndChecksum()
    {
        ReadOnlySpan<byte> rest = SampleRecords.WithInt32(SampleRecords.WithInt32(First, 4, -1), 8, 12345);
        Assert.True(BatchItem.TryRead(ref rest, out BatchItem item));
        Assert.Equal("hello"u8, item.Body);
    }

    [Fact]
    public void TryRead_RefusesAndLeavesTheRest_AtEveryLengthShortOfTheItem()
    {
        for (int length = 0; length < First.Length; length++)
            AssertRefused(First[..length]);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 21)]
    [InlineData(0, 33)]
    [InlineData(0, 35)]
    [InlineData(0, -1)]
    [InlineData(0, int.MaxValue)]
    [InlineData(0, int.MinValue)]
    [InlineData(16, -1)]
    [InlineData(16, 4)]
    [InlineData(16, 6)]
    [InlineData(16, 13)]
    [InlineData(16, int.MaxValue)]
    [InlineData(16, int.MinValue)]
    public void TryRead_RefusesAndLeavesTheRest_WhenALengthIsWrong(int at, int value) =>
        AssertRefused(SampleRecords.WithInt32(First, at, value));

    [Theory]
    [InlineData(0xFF, 0xFF)]
    [InlineData(0x80, 0x00)]
    [InlineData(0x7F, 0xFF)]
    [InlineData(0x00, 0x06)]
    public void TryRead_RefusesAndLeavesTheRest_WhenThePropertiesLengthIsWrong(byte high, byte low)
    {
        byte[] bytes = [.. First];
        bytes[25] = high;
        bytes[26] = low;
        AssertRefused(bytes);
    }

    [Fact]
    public void Write_Throws_WhenThePropertiesExceedAnInt16()
    {
        byte[] properties = new byte[short.MaxValue + 1];
        byte[] destination = new byte[BatchItem.SizeOf(0, properties.Length)];
        Assert.Throws<OverflowException>(() => BatchItem.Write(destination, 0, [], properties));
    }

    private static void AssertRefused(byte[] bytes)
    {
        ReadOnlySpan<byte> rest = bytes;
        Assert.False(BatchItem.TryRead(ref rest, out BatchItem item));
        Assert.Equal(bytes.Length, rest.Length);
        Assert.True(item.Body.IsEmpty);
    }
}

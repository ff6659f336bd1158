using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Protocol.Tests.Remoting;

public sealed class OutputBufferTests
{
    [Fact]
    public void Append_KeepsAllBytes_WhenTheBufferGrows()
    {
        using var buffer = new OutputBuffer(16);
        byte[] expected = new byte[10_000];
        new Random(1).NextBytes(expected);

        for (int at = 0; at < expected.Length; at += 100)
            buffer.Append(expected.AsSpan(at, 100));

        Assert.Equal(expected, buffer.WrittenSpan.ToArray());
        Assert.Equal(expected, buffer.WrittenMemory.ToArray());
        Assert.Equal(expected.Length, buffer.Length);
    }

    [Fact]
    public void Consume_TakesBytesFromTheBeginning_AndPositionsFollow()
    {
        using var buffer = new OutputBuffer(16);
        buffer.Append("0123456789"u8);
        buffer.Consume(4);
        "x"u8.CopyTo(buffer.Slice(1, 1));
        buffer.Append(new byte[100]);

        Assert.Equal("4x6789"u8.ToArray(), buffer.WrittenSpan[..6].ToArray());
        Assert.Equal(106, buffer.Length);
    }

    [Fact]
    public void Append_ReusesTheFront_WhenMostIsConsumed()
    {
        using var buffer = new OutputBuffer(64);
        int capacity = buffer.Capacity;
        byte[] half = new byte[(capacity / 2) + 1];
        buffer.Append(half);
        for (byte round = 0; round < 100; round++)
        {
            buffer.Append([round]);
            buffer.Consume(half.Length);
            buffer.Append(half);
            Assert.Equal(round, buffer.WrittenSpan[0]);
            buffer.Consume(1);
        }

        Assert.Equal(capacity, buffer.Capacity);
    }

    [Fact]
    public void Consume_GivesTheLargeArrayBack_WhenAllIsConsumed()
    {
        using var buffer = new OutputBuffer(64);
        int idle = buffer.Capacity;
        buffer.Append(new byte[100_000]);
        Assert.True(buffer.Capacity >= 100_000);

        buffer.Consume(99_999);
        Assert.True(buffer.Capacity >= 100_000);
        buffer.Consume(1);
        Assert.Equal(idle, buffer.Capacity);
        Assert.Equal(0, buffer.Length);
    }

    [Fact]
    public void Truncate_TakesBytesFromTheEnd()
    {
        using var buffer = new OutputBuffer();
        buffer.Append("0123"u8);
        buffer.Consume(1);

        buffer.Truncate(2);

        Assert.Equal("12"u8.ToArray(), buffer.WrittenSpan.ToArray());
    }

    [Fact]
    public void Operations_Throw_OutsideOfWhatIsWritten()
    {
        using var buffer = new OutputBuffer();
        buffer.Append("0123"u8);

        Assert.Throws<ArgumentOutOfRangeException>(() => buffer.Consume(5));
        Assert.Throws<ArgumentOutOfRangeException>(() => buffer.Consume(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => buffer.Truncate(5));
        Assert.Throws<ArgumentOutOfRangeException>(() => buffer.Slice(0, 5).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => buffer.Slice(5, 0).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => buffer.Advance(buffer.Capacity));
    }

    [Fact]
    public void Append_WorksAgain_AfterDispose()
    {
        var buffer = new OutputBuffer();
        buffer.Append("0123"u8);
        buffer.Dispose();
        Assert.Equal(0, buffer.Length);

        buffer.Append("45"u8);
        Assert.Equal("45"u8.ToArray(), buffer.WrittenSpan.ToArray());
        buffer.Dispose();
    }
}

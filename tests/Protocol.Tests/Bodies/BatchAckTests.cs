using OrleansMq.Protocol.Bodies;

namespace OrleansMq.Protocol.Tests.Bodies;

public sealed class BatchAckTests
{
    [Theory]
    [InlineData]
    [InlineData(0)]
    [InlineData(7, 8, 9)]
    [InlineData(0, 63, 64, 65, 127, 1_000, 100_007)]
    public void Offsets_AreThoseThatWereAdded(params int[] offsets)
    {
        var ack = new BatchAck { StartOffset = 5_000_000_000 };
        foreach (int offset in offsets)
            ack.Add(ack.StartOffset + offset);

        Assert.Equal(offsets.Select(offset => ack.StartOffset + offset), ack.Offsets());
        Assert.Equal(offsets.Length, ack.CountOffsets());
    }

    [Fact]
    public void Offsets_AreNone_WhenNoBitIsSet()
    {
        var ack = new BatchAck { BitSet = new byte[1_003] };
        Assert.Empty(ack.Offsets());
        Assert.Equal(0, ack.CountOffsets());
    }

    [Fact]
    public void Offsets_AreRight_BeyondTwoBillionBits()
    {
        var ack = new BatchAck { BitSet = new byte[(int.MaxValue / BatchAck.BitsPerByte) + 2] };
        ack.BitSet[^1] = 0b1000_0001;

        long last = (ack.BitSet.Length - 1L) * BatchAck.BitsPerByte;
        Assert.Equal([last, last + 7], ack.Offsets());
    }
}

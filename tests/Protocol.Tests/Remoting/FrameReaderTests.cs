using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Protocol.Tests.Remoting;

public sealed class FrameReaderTests
{
    [Theory]
    [InlineData("", FrameStatus.NeedMore, 0)]
    [InlineData("000000", FrameStatus.NeedMore, 0)]
    [InlineData("00000006", FrameStatus.NeedMore, 6)]
    [InlineData("00000006 000000", FrameStatus.NeedMore, 6)]
    [InlineData("00000006 00000002 7B", FrameStatus.NeedMore, 6)]
    [InlineData("00000006 00000002 7B7D", FrameStatus.Complete, 6)]
    [InlineData("00000006 00000002 7B7D 0000", FrameStatus.Complete, 6)]
    [InlineData("00000006 01000001 7B7D", FrameStatus.Complete, 6)]
    [InlineData("00000004 00000000", FrameStatus.Complete, 4)]
    [InlineData("00000010 00000000 00000000 00000000 00000000", FrameStatus.Complete, 16)]
    [InlineData("00000011", FrameStatus.TooLarge, 17)]
    [InlineData("7FFFFFFF", FrameStatus.TooLarge, int.MaxValue)]
    [InlineData("47455420 2F204854", FrameStatus.TooLarge, 0x47455420)]
    [InlineData("00000003", FrameStatus.Malformed, 0)]
    [InlineData("00000000", FrameStatus.Malformed, 0)]
    [InlineData("FFFFFFFF", FrameStatus.Malformed, 0)]
    [InlineData("80000000", FrameStatus.Malformed, 0)]
    [InlineData("00000006 00000003", FrameStatus.Malformed, 6)]
    [InlineData("00000006 01FFFFFF", FrameStatus.Malformed, 6)]
    public void TryRead_TellsWhatStandsThere_WithSixteenBytesAllowed(string bytes, FrameStatus status, int length)
    {
        Assert.Equal(status, FrameReader.TryRead(Frames.Bytes(bytes), 16, out int frameLength));
        Assert.Equal(length, frameLength);
    }
}

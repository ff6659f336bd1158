using OrleansMq.Client.Reading;
using OrleansMq.Client.Receiving;
using OrleansMq.Messages.Identity;

namespace OrleansMq.Sdk.Tests.Reading;

public sealed class QueueBufferTests
{
    private const int Room = 10;
    private const int Bytes = 1_000;

    private readonly QueueBuffer _buffer = new(ReadPosition.Earliest);

    [Fact]
    public void Next_AsksWhereToBegin_BeforeAnythingElse()
    {
        Assert.Equal(ReadAction.Resolve, Next().Action);
        Assert.Null(_buffer.Position);
        Assert.False(_buffer.IsOver);
    }

    [Fact]
    public void Next_WaitsForHalfOfTheRoom_WhenMessagesWait()
    {
        _buffer.Resolved(0, 5, null);
        _buffer.Pulled(0, Found(5, 6));
        Assert.Equal(ReadAction.Wait, Next().Action);

        _buffer.TryTake(out _);

        Assert.Equal((ReadAction.Pull, 11L, 5), (Next().Action, Next().Offset, Next().MaxMessages));
    }

    [Fact]
    public void Next_Waits_WhenTheBytesAreTooMany()
    {
        _buffer.Resolved(0, 0, null);
        _buffer.Pulled(0, Found(0, 1, bodyBytes: 501));

        Assert.Equal(ReadAction.Wait, Next().Action);
    }

    [Fact]
    public void Pulled_CountsForNothing_WhenTheReaderIsElsewhereByNow()
    {
        _buffer.Resolved(0, 0, null);
        ReadStep before = Next();
        _buffer.Seek(ReadPosition.AtOffset(50));
        _buffer.Pulled(before.Version, Found(0, 3));
        _buffer.Resolved(before.Version, 3, null);

        Assert.Equal((0, ReadAction.Resolve), (_buffer.Count, Next().Action));
        _buffer.Resolved(_buffer.Version, 50, null);
        Assert.Equal(50, Next().Offset);
    }

    [Fact]
    public void Pulled_LeavesOutWhatIsBehindTheEnd()
    {
        _buffer.Resolved(0, 0, 2);
        _buffer.Pulled(0, Found(0, 5));
        Assert.Equal(2, _buffer.Count);

        _buffer.TryTake(out _);
        Assert.False(_buffer.IsOver);
        _buffer.TryTake(out _);
        Assert.True(_buffer.IsOver);
    }

    [Fact]
    public void Pulled_IsTheEnd_WhenTheQueueGotShorter()
    {
        _buffer.Resolved(0, 0, 10);
        _buffer.Pulled(0, Found(0, 3));
        _buffer.Pulled(0, new PullOutcome(PullStatus.NoNewMessage, 3, 0, 3, []));
        for (int taken = 0; taken < 3; taken++)
            _buffer.TryTake(out _);

        Assert.True(_buffer.IsOver);
    }

    [Fact]
    public void Pulled_CountsWhatIsGone_WhenTheQueueBeginsLater()
    {
        _buffer.Resolved(0, 4, null);
        _buffer.Pulled(0, new PullOutcome(PullStatus.OffsetMoved, 20, 20, 30, []));

        Assert.Equal((16L, 20L), (_buffer.Missed, _buffer.Position));
    }

    [Fact]
    public void Pulled_CountsNothingAsGone_WhenTheGroupWasSentElsewhere()
    {
        _buffer.Resolved(0, 10, null);
        _buffer.Pulled(0, new PullOutcome(PullStatus.OffsetMoved, 25, 0, 30, []));

        Assert.Equal((0L, 25L), (_buffer.Missed, _buffer.Position));
    }

    [Fact]
    public void Position_MovesOverWhatIsNotWanted()
    {
        _buffer.Resolved(0, 0, null);
        _buffer.Pulled(0, new PullOutcome(PullStatus.NoMatchingMessage, 9, 0, 9, []));

        Assert.Equal(9, _buffer.Position);
    }

    private ReadStep Next() => _buffer.Next(Room, Bytes);

    private static PullOutcome Found(long first, int count, int bodyBytes = 1) => new(
        PullStatus.Found, first + count, 0, first + count,
        [
            .. Enumerable.Range(0, count).Select(index => new ReceivedMessage(default)
            {
                Topic = "Orders", QueueId = 0, QueueOffset = first + index, PhysicalOffset = 0, Body = new byte[bodyBytes],
                BodyStatus = BodyStatus.Whole, Flag = 0, ReconsumeTimes = 0, BornTime = default, StoreTime = default,
                StoreHost = default(HostAddress),
            }),
        ]);
}

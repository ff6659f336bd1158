using OrleansMq.Broker.Popping;

namespace OrleansMq.Broker.Tests.Popping;

/// <summary>Every transition of a message of a popped queue.</summary>
public sealed class PopQueueTests
{
    private const long Invisible = 60;

    private readonly PopOptions _options = new() { MaxInFlightPerQueue = 4, MaxLookAhead = 2 };
    private readonly PopQueue _queue = new(10, 0);

    [Fact]
    public void NewMessages_AreInFlight_UntilTheyAreFinished()
    {
        Assert.Equal([10, 11], Pop(at: 100, take: 2));
        Assert.Equal((12, 10, 2, 160), (_queue.Cursor, _queue.Floor, _queue.InFlight, _queue.NextVisible));

        Assert.True(_queue.Finish(11));
        Assert.Equal((12, 10), (_queue.Cursor, _queue.Floor));
        Assert.True(_queue.Finish(10));
        Assert.Equal((12, 12, 0, null), (_queue.Cursor, _queue.Floor, _queue.InFlight, _queue.NextVisible));
        Assert.False(_queue.Finish(10));
    }

    [Fact]
    public void Message_ComesAgain_WhenItsTimeIsOver()
    {
        Pop(at: 100, take: 1);

        Assert.Empty(_queue.Available(159, 10, isOrdered: false));
        Assert.Equal(10, Assert.Single(_queue.Available(160, 10, isOrdered: false)).Offset);
        Assert.Equal([10, 11], Pop(at: 160, take: 1));
        Assert.Equal(new PopEntry(10, 0, 2, 160, 220), _queue.Find(10));
        Assert.Equal(1, _queue.Find(11)!.Value.Attempt);
    }

    [Fact]
    public void Message_IsNotHandedOutTwiceInOneMillisecond()
    {
        Pop(at: 100, take: 1);
        _queue.Change(10, 100);

        Assert.Empty(_queue.Available(100, 10, isOrdered: false));
        Assert.Single(_queue.Available(101, 10, isOrdered: false));
    }

    [Fact]
    public void Messages_ComeAgainInTheOrderOfTheirTimes()
    {
        Pop(at: 100, take: 3);
        _queue.Change(10, 190);
        _queue.Change(12, 150);

        Assert.Equal([12, 11, 10], _queue.Available(200, 10, isOrdered: false).Select(entry => entry.Offset));
        Assert.Equal([12], _queue.Available(150, 10, isOrdered: false).Select(entry => entry.Offset));
        Assert.Equal([12, 11], _queue.Available(200, 2, isOrdered: false).Select(entry => entry.Offset));
    }

    [Fact]
    public void Change_MovesTheTime_AndLeavesTheReceipt()
    {
        Pop(at: 100, take: 1);
        _queue.Change(10, 500);

        Assert.Equal((500, ReceiptStatus.Current), (_queue.NextVisible, _queue.Check(10, 100)));
        _queue.Finish(10);
        _queue.Change(10, 900);
        Assert.Null(_queue.NextVisible);
    }

    [Theory]
    [InlineData(10, 160, ReceiptStatus.Current)]
    [InlineData(10, 100, ReceiptStatus.Earlier)]
    [InlineData(10, 161, ReceiptStatus.Unknown)]
    [InlineData(11, 100, ReceiptStatus.Finished)]
    [InlineData(9, 100, ReceiptStatus.Finished)]
    [InlineData(12, 100, ReceiptStatus.Unknown)]
    [InlineData(-1, 100, ReceiptStatus.Unknown)]
    public void Receipt_IsWorthWhatBecameOfItsMessage(long offset, long receipt, ReceiptStatus status)
    {
        Pop(at: 100, take: 2);
        _queue.Finish(11);
        _queue.Apply(new PopBatch(12, 160, 220, [new PopEntry(10, 0, 2, 160, 220)]));

        Assert.Equal(status, _queue.Check(offset, receipt));
    }

    [Fact]
    public void Reset_ForgetsAll_AndMakesReceiptsWorthless()
    {
        Pop(at: 100, take: 3);
        _queue.Reset(5, 120);

        Assert.Equal((5, 5, 0, 0), (_queue.Cursor, _queue.Floor, _queue.InFlight, _queue.PassedOver));
        Assert.Equal(ReceiptStatus.BeforeReset, _queue.Check(10, 100));
        Assert.Equal([5], Pop(at: 130, take: 1));
        Assert.Equal(ReceiptStatus.BeforeReset, _queue.Check(5, 100));
        Assert.Equal(ReceiptStatus.Current, _queue.Check(5, 130));
    }

    [Fact]
    public void FinishBelow_EndsWhatLiesBelow_AndMovesTheCursor()
    {
        Pop(at: 100, take: 3);

        _queue.FinishBelow(12);
        Assert.Equal((13, 12, 1), (_queue.Cursor, _queue.Floor, _queue.InFlight));
        _queue.FinishBelow(40);
        Assert.Equal((40, 40, 0), (_queue.Cursor, _queue.Floor, _queue.InFlight));
    }

    [Fact]
    public void CutAt_ForgetsWhatTheQueueDoesNotHave()
    {
        Pop(at: 100, take: 3);

        Assert.False(_queue.CutAt(13));
        Assert.True(_queue.CutAt(11));
        Assert.Equal((11, 10, 1), (_queue.Cursor, _queue.Floor, _queue.InFlight));
        Assert.Equal([11], Pop(at: 101, take: 1));
    }

    [Fact]
    public void UnwantedMessages_AreDone()
    {
        PopDraft draft = Draft(100, isOrdered: false);
        draft.Skip(10);
        Assert.Equal(PopDecision.Take, draft.Decide(11, 0));
        draft.Skip(12);
        _queue.Apply(draft.Complete()!);

        Assert.Equal((13, 11, 1), (_queue.Cursor, _queue.Floor, _queue.InFlight));
        Assert.Equal(ReceiptStatus.Finished, _queue.Check(10, 100));
    }

    [Fact]
    public void UnwantedMessages_ArePassed_WhenNothingIsTaken()
    {
        PopDraft draft = Draft(100, isOrdered: false);
        draft.Skip(10);
        draft.Skip(11);

        Assert.Null(draft.Complete());
        Assert.Equal((12, 12), (_queue.Cursor, _queue.Floor));
    }

    [Fact]
    public void Messages_AreNotTaken_WhenTooManyAreInFlight()
    {
        Assert.Equal([10, 11, 12, 13], Pop(at: 100, take: 9));
        Assert.Equal(14, _queue.Cursor);
        Assert.Empty(Pop(at: 101, take: 9));

        _queue.Finish(12);
        Assert.Equal([14], Pop(at: 102, take: 9));
    }

    [Fact]
    public void OrderedMessage_WaitsForEarlierOnesOfItsGroupOnly()
    {
        Assert.Equal([10, 12], PopOrdered(100, 1, 1, 2, 1));
        Assert.Equal([PopDecision.Take, PopDecision.PassOver, PopDecision.Take, PopDecision.PassOver], _decisions);
        Assert.Equal((13, 2, 1), (_queue.Cursor, _queue.InFlight, _queue.PassedOver));

        Assert.Empty(_queue.Available(101, 10, isOrdered: true));
        _queue.Finish(10);
        Assert.Equal([11], _queue.Available(101, 10, isOrdered: true).Select(entry => entry.Offset));
    }

    [Fact]
    public void OrderedMessage_ComesAgainBeforeLaterOnes()
    {
        PopOrdered(100, 1, 1, 2);

        Assert.Equal([10, 12], _queue.Available(200, 10, isOrdered: true).Select(entry => entry.Offset));
        Assert.Equal([11], _queue.Available(101, 10, isOrdered: false).Select(entry => entry.Offset));
    }

    [Fact]
    public void MessagesWithoutAGroup_AreOneGroup() => Assert.Equal([10], PopOrdered(100, 0, 0, 0));

    [Fact]
    public void OrderedPop_LooksAheadSoFarOnly()
    {
        Assert.Equal([10, 13], PopOrdered(100, 1, 1, 1, 2, 1, 3));
        Assert.Equal(PopDecision.Stop, _decisions[^1]);
        Assert.Equal((14, 2), (_queue.Cursor, _queue.PassedOver));
    }

    [Fact]
    public void OrderedPop_ChangesNothing_WhenAllMustWait()
    {
        PopOrdered(100, 1);
        PopDraft draft = Draft(101, isOrdered: true);
        Assert.Equal(PopDecision.PassOver, draft.Decide(11, 1));

        Assert.Null(draft.Complete());
        Assert.Equal((11, 0), (_queue.Cursor, _queue.PassedOver));
    }

    [Fact]
    public void PassedOverMessage_IsHandedOutFirst_ByAPopWithoutOrder()
    {
        PopOrdered(100, 1, 1, 2);

        Assert.Equal([11, 13], Pop(at: 101, take: 1));
        Assert.Equal(1, _queue.Find(11)!.Value.Attempt);
        Assert.Equal((0, 4), (_queue.PassedOver, _queue.InFlight));
    }

    private readonly List<PopDecision> _decisions = [];

    private PopDraft Draft(long at, bool isOrdered) => new(_queue, _options, isOrdered, at, Invisible);

    /// <summary>Takes what comes again and as many new ones.</summary>
    private long[] Pop(long at, int take)
    {
        PopDraft draft = Draft(at, isOrdered: false);
        List<long> taken = [];
        foreach (PopEntry entry in _queue.Available(at, 100, isOrdered: false))
        {
            draft.TakeAgain(entry);
            taken.Add(entry.Offset);
        }

        for (long offset = _queue.Cursor; take-- > 0 && draft.Decide(offset, 0) == PopDecision.Take; offset++)
            taken.Add(offset);
        if (draft.Complete() is { } batch)
            _queue.Apply(batch);
        return [.. taken];
    }

    private long[] PopOrdered(long at, params uint[] messageGroups)
    {
        PopDraft draft = Draft(at, isOrdered: true);
        List<long> taken = [];
        long offset = _queue.Cursor;
        foreach (uint messageGroup in messageGroups)
        {
            PopDecision decision = draft.Decide(offset, messageGroup);
            _decisions.Add(decision);
            if (decision == PopDecision.Stop)
                break;
            if (decision == PopDecision.Take)
                taken.Add(offset);
            offset++;
        }

        if (draft.Complete() is { } batch)
            _queue.Apply(batch);
        return [.. taken];
    }
}

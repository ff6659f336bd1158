using OrleansMq.Crash.Tests.Histories;

namespace OrleansMq.Crash.Tests;

/// <summary>The checker finds each broken promise in a history made by hand, and nothing in a good one.</summary>
public sealed class HistoryCheckerTests
{
    private const string Topic = "t";
    private const ulong Hash = 7;

    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Check_FindsNothing_WhenAllIsThereAndAnUnknownOneIsNot() =>
        Assert.Empty(Check([Acknowledged("a", 0), Acknowledged("b", 1), Unknown("c")], Queue(2, Stored("a", 0), Stored("b", 1))));

    [Fact]
    public void Check_FindsNothing_WhenAnUnknownOneIsThere() =>
        Assert.Empty(Check([Acknowledged("a", 0), Unknown("c")], Queue(2, Stored("a", 0), Stored("c", 1))));

    [Fact]
    public void Check_FindsLost_WhenAnAcknowledgedMessageIsMissing() =>
        AssertOnly(ViolationKind.Lost, Check([Acknowledged("a", 0), Acknowledged("b", 1)], Queue(1, Stored("a", 0))));

    [Fact]
    public void Check_FindsDuplicated_WhenAMessageIsThereTwice() =>
        AssertOnly(ViolationKind.Duplicated, Check([Acknowledged("a", 0)], Queue(2, Stored("a", 0), Stored("a", 1))));

    [Fact]
    public void Check_FindsChanged_WhenTheBodyDiffers() =>
        AssertOnly(ViolationKind.Changed, Check([Acknowledged("a", 0)], Queue(1, Stored("a", 0) with { BodyHash = 8 })));

    [Fact]
    public void Check_FindsPhantom_WhenNobodySentTheMessage() =>
        AssertOnly(ViolationKind.Phantom, Check([], Queue(1, Stored("x", 0))));

    [Fact]
    public void Check_FindsMoved_WhenTheOffsetIsAnotherThanAnswered() =>
        AssertOnly(ViolationKind.Moved, Check([Unknown("u"), Acknowledged("a", 0)], Queue(2, Stored("u", 0), Stored("a", 1))));

    [Fact]
    public void Check_FindsGap_WhenAnOffsetIsMissing() =>
        AssertOnly(ViolationKind.Gap, Check([Acknowledged("a", 0), Acknowledged("b", 2)], Queue(3, Stored("a", 0), Stored("b", 2))));

    [Fact]
    public void Check_FindsGap_WhenTheQueueEndsTooEarly() =>
        AssertOnly(ViolationKind.Gap, Check([Acknowledged("a", 0)], Queue(2, Stored("a", 0))));

    [Fact]
    public void Check_FindsOrder_WhenALaterSendStandsBeforeAnAcknowledgedOne()
    {
        SendAttempt first = Acknowledged("first", 1, startedAt: 1, answeredAt: 2);
        SendAttempt second = Acknowledged("second", 0, startedAt: 3, answeredAt: 4);

        AssertOnly(ViolationKind.Order, Check([first, second], Queue(2, Stored("second", 0), Stored("first", 1))));
    }

    [Fact]
    public void Check_FindsNothing_WhenConcurrentSendsStandInEitherOrder()
    {
        SendAttempt first = Acknowledged("first", 1, startedAt: 1, answeredAt: 3);
        SendAttempt second = Acknowledged("second", 0, startedAt: 2, answeredAt: 4);

        Assert.Empty(Check([first, second], Queue(2, Stored("second", 0), Stored("first", 1))));
    }

    [Fact]
    public void Check_FindsEarly_WhenADelayedMessageWasDeliveredBeforeItsTime() =>
        AssertOnly(ViolationKind.Early, Check([Delayed("d")], Queue(1, Stored("d", 0) with { StoreTime = Noon.AddMilliseconds(-1) })));

    [Fact]
    public void Check_FindsLost_WhenADelayedMessageIsMissingAfterItsTime() =>
        AssertOnly(ViolationKind.Lost, Check([Delayed("d")], Queue(0)));

    [Fact]
    public void Check_FindsNothing_WhenADelayedMessageIsNotDueYet() =>
        Assert.Empty(HistoryChecker.Check([Delayed("d")], [Queue(0)], isAfterDue: false));

    [Theory]
    [InlineData(5L, 5L, 9L)]
    [InlineData(9L, 5L, 9L)]
    [InlineData(null, null, 9L)]
    public void CheckCommitted_FindsNothing_WhenTheOffsetIsWithinBounds(long? found, long? atLeast, long atMost) =>
        Assert.Empty(HistoryChecker.CheckCommitted("q", found, atLeast, atMost));

    [Theory]
    [InlineData(4L)]
    [InlineData(null)]
    public void CheckCommitted_FindsOffsetWentBack_WhenItIsBehind(long? found) =>
        AssertOnly(ViolationKind.OffsetWentBack, HistoryChecker.CheckCommitted("q", found, atLeast: 5, atMost: 9));

    [Fact]
    public void CheckCommitted_FindsOffsetAhead_WhenNobodyCommittedIt() =>
        AssertOnly(ViolationKind.OffsetAhead, HistoryChecker.CheckCommitted("q", found: 10, atLeast: 5, atMost: 9));

    private static IReadOnlyList<Violation> Check(IReadOnlyCollection<SendAttempt> attempts, params QueueContent[] queues) =>
        HistoryChecker.Check(attempts, queues, isAfterDue: true);

    private static void AssertOnly(ViolationKind kind, IReadOnlyList<Violation> violations) =>
        Assert.Equal(kind, Assert.Single(violations).Kind);

    private static QueueContent Queue(long max, params StoredMessage[] messages) => new(Topic, 0, 0, max, messages);

    private static StoredMessage Stored(string id, long offset) => new(id, offset, Hash, Noon);

    private static SendAttempt Unknown(string id) => new() { Id = id, Topic = Topic, QueueId = 0, BodyHash = Hash, StartedAt = 1 };

    private static SendAttempt Acknowledged(string id, long offset, long startedAt = 1, long answeredAt = 100) => new()
    {
        Id = id, Topic = Topic, QueueId = 0, BodyHash = Hash, StartedAt = startedAt, AnsweredAt = answeredAt, Offset = offset,
    };

    private static SendAttempt Delayed(string id) => new()
    {
        Id = id, Topic = Topic, QueueId = 0, BodyHash = Hash, Due = Noon, StartedAt = 1, AnsweredAt = 2,
    };
}

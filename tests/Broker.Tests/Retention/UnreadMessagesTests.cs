using OrleansMq.Broker.Retention;

namespace OrleansMq.Broker.Tests.Retention;

public sealed class UnreadMessagesTests
{
    [Theory]
    [InlineData(0, 0, 10, 10)]
    [InlineData(4, 0, 10, 6)]
    [InlineData(10, 0, 10, 0)]
    [InlineData(12, 0, 10, 0)]
    [InlineData(0, 7, 10, 3)]
    [InlineData(0, 10, 10, 0)]
    [InlineData(8, 7, 10, 2)]
    [InlineData(0, 0, 0, 0)]
    public void Of_CountsWhatTheGroupHasNotConsumed(long committed, long min, long staysFrom, long expected)
    {
        IReadOnlyList<UnreadMessages> found =
            UnreadMessages.Of([new QueueAtRisk("g", "t", committed, min, staysFrom, 1)]);
        Assert.Equal(expected, found.Sum(unread => unread.Count));
        Assert.Equal(expected > 0 ? 1 : 0, found.Count);
    }

    [Fact]
    public void Of_AddsUpTheQueuesOfATopic_ForEachGroup()
    {
        IReadOnlyList<UnreadMessages> found = UnreadMessages.Of(
        [
            new QueueAtRisk("slow", "t", 0, 0, 3, 20),
            new QueueAtRisk("fast", "t", 3, 0, 3, 20),
            new QueueAtRisk("slow", "t", 1, 0, 5, 10),
            new QueueAtRisk("slow", "other", 0, 0, 1, 30),
        ]);
        Assert.Equal(
            [new UnreadMessages("slow", "other", 1, 30), new UnreadMessages("slow", "t", 7, 10)], found);
    }
}

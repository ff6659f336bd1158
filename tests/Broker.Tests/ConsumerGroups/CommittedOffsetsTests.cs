using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Broker.Offsets;

namespace OrleansMq.Broker.Tests.ConsumerGroups;

public sealed class CommittedOffsetsTests
{
    private readonly CommittedOffsets _offsets = new(new BrokerOptions { MaxCommittedQueuesPerGroup = 2 });

    [Theory]
    [InlineData(11, false, CommitStatus.Committed, 11)]
    [InlineData(10, false, CommitStatus.Unchanged, 10)]
    [InlineData(9, false, CommitStatus.IgnoredLower, 10)]
    [InlineData(9, true, CommitStatus.Committed, 9)]
    [InlineData(-1, false, CommitStatus.IgnoredNegative, 10)]
    [InlineData(-1, true, CommitStatus.IgnoredNegative, 10)]
    public void Commit_GrowsUnlessItMayGoBack(long offset, bool mayGoBack, CommitStatus expected, long after)
    {
        _offsets.Commit("Orders", 0, 10, false);
        Assert.Equal(expected, _offsets.Commit("Orders", 0, offset, mayGoBack));
        Assert.Equal(after, _offsets.Query("Orders", 0));
        Assert.Equal(expected == CommitStatus.Committed ? 2 : 1, _offsets.Revision);
    }

    [Theory]
    [InlineData(10, CommitStatus.Committed, 10)]
    [InlineData(11, CommitStatus.IgnoredBeyondEnd, 3)]
    [InlineData(long.MaxValue, CommitStatus.IgnoredBeyondEnd, 3)]
    [InlineData(-1, CommitStatus.IgnoredNegative, 3)]
    public void CommitOfClient_ChangesNothing_BehindTheQueuesEnd(long offset, CommitStatus expected, long after)
    {
        _offsets.Commit("Orders", 0, 3, false);
        Assert.Equal(expected, _offsets.CommitOfClient("Orders", 0, offset, end: 10, mayGoBack: true, 0));
        Assert.Equal(after, _offsets.Query("Orders", 0));
    }

    [Fact]
    public void Query_IsNull_WhenNothingWasCommitted()
    {
        _offsets.Commit("Orders", 0, 10, false);
        Assert.Null(_offsets.Query("Orders", 1));
        Assert.Null(_offsets.Query("Bills", 0));
    }

    [Fact]
    public void Commit_TakesOffsetZero()
    {
        Assert.Equal(CommitStatus.Committed, _offsets.Commit("Orders", 0, 0, false));
        Assert.Equal(0, _offsets.Query("Orders", 0));
    }

    [Fact]
    public void Reset_GoesBack()
    {
        _offsets.Commit("Orders", 0, 10, false);
        Assert.Equal(CommitStatus.Committed, _offsets.Reset("Orders", 0, new ResetMark(3, 3, 0)));
        Assert.Equal(3, _offsets.Query("Orders", 0));
    }

    [Fact]
    public void Reset_Throws_WhenTheOffsetIsNegative() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => _offsets.Reset("Orders", 0, new ResetMark(-1, 0, 0)));

    [Fact]
    public void Commit_Refuses_ANegativeQueueAndTooManyQueues()
    {
        Assert.Equal(CommitStatus.Refused, _offsets.Commit("Orders", -1, 1, false));
        _offsets.Commit("Orders", 0, 1, false);
        _offsets.Commit("Orders", 1, 1, false);
        Assert.Equal(CommitStatus.Refused, _offsets.Commit("Bills", 0, 1, false));
        Assert.Equal(CommitStatus.Committed, _offsets.Commit("Orders", 1, 2, false));
        Assert.Equal(["Orders"], _offsets.Topics);
        Assert.Equal((2, 3), (_offsets.Count, _offsets.Revision));
    }

    [Fact]
    public void RemoveTopic_ForgetsItsQueues()
    {
        _offsets.Commit("Orders", 1, 7, false);
        _offsets.Commit("Orders", 0, 5, false);
        Assert.Equal(new Dictionary<int, long> { [0] = 5, [1] = 7 }, _offsets.OfTopic("Orders"));
        Assert.Equal(2, _offsets.RemoveTopic("Orders"));
        Assert.Equal(0, _offsets.RemoveTopic("Orders"));
        Assert.Empty(_offsets.OfTopic("Orders"));
        Assert.Equal((0, 3), (_offsets.Count, _offsets.Revision));
    }
}

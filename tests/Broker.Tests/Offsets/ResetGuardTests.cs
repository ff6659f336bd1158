using OrleansMq.Broker.Clustering;
using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Broker.Offsets;

namespace OrleansMq.Broker.Tests.Offsets;

/// <summary>
/// A group that was at 1,000 is sent back to 200. Every reader that goes on from 200 counts; one that goes on from 1,000
/// does not, whoever it is and however often it tries.
/// </summary>
public sealed class ResetGuardTests
{
    private const long Until = 5_000;

    private readonly CommittedOffsets _offsets = new(new BrokerOptions());

    public ResetGuardTests()
    {
        Commit(1_000);
        _offsets.Reset("Orders", 0, new ResetMark(200, 1_000, Until));
    }

    [Fact]
    public void LateCommit_ChangesNothing_HoweverOftenItComes()
    {
        Assert.Equal(CommitStatus.IgnoredBeforeReset, Commit(1_000));
        Assert.Equal(CommitStatus.IgnoredBeforeReset, Commit(201));
        Assert.Equal(CommitStatus.IgnoredBeforeReset, Commit(199));
        Assert.Equal(CommitStatus.IgnoredNegative, Commit(-1));
        Assert.Equal(CommitStatus.Unchanged, Commit(200));
        Assert.Equal(200, _offsets.Query("Orders", 0));
    }

    [Fact]
    public void Commits_CountAsFarAsMessagesWereHandedOutSince()
    {
        Read(200, 232);
        Assert.Equal(CommitStatus.Committed, Commit(210));
        Assert.Equal(CommitStatus.IgnoredBeforeReset, Commit(1_000));
        Assert.Equal(CommitStatus.IgnoredLower, Commit(205));
        Assert.Equal(CommitStatus.IgnoredBeforeReset, Commit(199));
        Read(232, 264);
        Assert.Equal(CommitStatus.Committed, Commit(264));
        Assert.Equal(264, _offsets.Query("Orders", 0));
    }

    [Fact]
    public void Reader_IsSentToWhereTheGroupIs_WhenItGoesOnFromBefore()
    {
        Assert.Equal(200, Redirect(1_000));
        Assert.Equal(200, Redirect(700));
        Assert.Equal(200, Redirect(0));
        Assert.Null(Redirect(200));
        Read(200, 232);
        Commit(220);
        Assert.Equal(220, Redirect(1_000));
        Assert.Null(Redirect(232));
        Assert.Null(Redirect(220));
        Assert.Null(Redirect(200));
    }

    /// <summary>A read that began before the reset and ends after it must not open the way for its reader.</summary>
    [Fact]
    public void HandOut_CountsOnlyWhatBeganBehindTheReset()
    {
        Read(1_000, 1_032);
        Assert.Equal(200, Redirect(1_032));
        Assert.Equal(CommitStatus.IgnoredBeforeReset, Commit(1_032));
    }

    [Fact]
    public void Guard_EndsOnceAllWasHandedOutAnew()
    {
        Read(200, 999);
        Assert.Equal(200, Redirect(1_000));
        Read(999, 1_000);
        Assert.Null(Redirect(1_500));
        Assert.Equal(0, _offsets.GuardCount);
        Assert.Equal(CommitStatus.Committed, Commit(1_500));
    }

    [Theory]
    [InlineData(Until - 1, CommitStatus.IgnoredBeforeReset)]
    [InlineData(Until, CommitStatus.Committed)]
    public void Guard_EndsWhenItsTimeIsOver(long now, CommitStatus expected)
    {
        Assert.Equal(expected, _offsets.CommitOfClient("Orders", 0, 1_001, end: 1_100, mayGoBack: false, now));
    }

    [Fact]
    public void Skip_SendsReadersForward_UntilOneHasArrived()
    {
        _offsets.Reset("Orders", 0, new ResetMark(2_000, 2_000, Until));
        Assert.Equal(2_000, Redirect(200));
        Assert.Equal(CommitStatus.IgnoredBeforeReset, Commit(1_100));
        Assert.Null(Redirect(2_000));
        Read(2_000, 2_000);
        Assert.Equal(CommitStatus.IgnoredLower, Commit(1_100));
        Assert.Equal(2_000, _offsets.Query("Orders", 0));
    }

    [Fact]
    public void Reset_TakesTheEarlierOnesPlace()
    {
        Read(200, 300);
        _offsets.Reset("Orders", 0, new ResetMark(100, 1_000, Until));
        Assert.Equal(100, Redirect(300));
        Assert.Equal(CommitStatus.IgnoredBeforeReset, Commit(300));
        Assert.Null(Redirect(100));
    }

    [Fact]
    public void OtherQueues_AreNotGuarded()
    {
        Assert.Null(_offsets.Redirect("Orders", 1, 700, 0));
        Assert.Equal(CommitStatus.Committed, _offsets.CommitOfClient("Orders", 1, 700, end: 1_100, mayGoBack: false, 0));
    }

    [Fact]
    public void Restart_GoesOnWhereTheGroupIs()
    {
        Read(200, 232);
        Commit(220);
        var restarted = new CommittedOffsets(new BrokerOptions());
        foreach (QueueProgress queue in _offsets.All)
            restarted.Restore(queue with { Resets = 0 });
        foreach (QueueReset reset in _offsets.Resets)
            restarted.Restore(reset);

        Assert.Equal(1, restarted.ResetsOf("Orders", 0));
        Assert.Equal(220, restarted.Redirect("Orders", 0, 1_000, 0));
        Assert.Equal(220, restarted.Redirect("Orders", 0, 232, 0));
        Assert.Null(restarted.Redirect("Orders", 0, 220, 0));
    }

    [Fact]
    public void Removal_ForgetsTheReset()
    {
        _offsets.RemoveTopic("Orders");
        Assert.Equal((0, 0), (_offsets.GuardCount, _offsets.Resets.Count));
        Assert.Equal(CommitStatus.Committed, Commit(7));
    }

    /// <summary>
    /// Whatever readers do, and whenever they do it, only what was handed out behind the reset is ever committed.
    /// </summary>
    [Fact]
    public void Committed_NeverPassesWhatWasHandedOut_InAnyOrderOfSteps()
    {
        for (int seed = 0; seed < 500; seed++)
        {
            var random = new Random(seed);
            var offsets = new CommittedOffsets(new BrokerOptions());
            offsets.Reset("Orders", 0, new ResetMark(50, 100, Until));
            long handedOut = 50;
            for (int step = 0; step < 60 && handedOut < 100; step++)
            {
                long offset = random.Next(0, 110);
                if (random.Next(2) == 0)
                {
                    offsets.CommitOfClient("Orders", 0, offset, end: long.MaxValue, mayGoBack: random.Next(2) == 0, 0);
                }
                else if (offsets.Redirect("Orders", 0, offset, 0) is { } sentTo)
                {
                    Assert.True(sentTo >= 50 && sentTo <= handedOut, $"Seed {seed}, step {step}: sent to {sentTo}.");
                }
                else
                {
                    offsets.HandOut("Orders", 0, offset, offset + 4);
                    handedOut = Math.Max(handedOut, offset + 4);
                }

                long committed = offsets.Query("Orders", 0)!.Value;
                Assert.True(
                    committed >= 50 && committed <= handedOut, $"Seed {seed}, step {step}: {committed} is committed.");
            }
        }
    }

    private CommitStatus Commit(long offset) =>
        _offsets.CommitOfClient("Orders", 0, offset, end: long.MaxValue, mayGoBack: false, nowMilliseconds: 0);

    private long? Redirect(long offset) => _offsets.Redirect("Orders", 0, offset, nowMilliseconds: 0);

    private void Read(long offset, long next) => _offsets.HandOut("Orders", 0, offset, next);
}

using OrleansMq.Broker.Transactions;

namespace OrleansMq.Broker.Tests.Transactions;

public sealed class TransactionTableTests
{
    private readonly TransactionTable _table = new(new TransactionOptions
    {
        CheckInterval = TimeSpan.FromSeconds(10),
        MaxChecks = 3,
        MaxAge = TimeSpan.FromMinutes(5),
        MaxRememberedEnds = 2,
    });

    public TransactionTableTests() => _table.Prepare(100, storedMilliseconds: 1_000, immunityMilliseconds: 6_000);

    public static TheoryData<TransactionOutcome, TransactionOutcome, EndStatus> SecondDecisions => new()
    {
        { TransactionOutcome.Committed, TransactionOutcome.Committed, EndStatus.Same },
        { TransactionOutcome.Committed, TransactionOutcome.RolledBack, EndStatus.Contradicted },
        { TransactionOutcome.RolledBack, TransactionOutcome.RolledBack, EndStatus.Same },
        { TransactionOutcome.RolledBack, TransactionOutcome.Committed, EndStatus.Contradicted },
    };

    [Fact]
    public void Prepare_ChangesNothing_WhenTheHalfMessageIsKnownOrOver()
    {
        Assert.False(_table.Prepare(100, 9_000, 0));
        Assert.Equal(7_000, _table.NextCheck);
        _table.End(100, TransactionOutcome.Committed);
        Assert.False(_table.Prepare(100, 9_000, 0));
        Assert.Equal(0, _table.Count);
    }

    [Theory]
    [MemberData(nameof(SecondDecisions))]
    public void SecondDecision_ChangesNothing_WhileTheFirstIsBeingStoredAndAfterwards(
        TransactionOutcome first, TransactionOutcome second, EndStatus expected)
    {
        Assert.Equal(EndStatus.Begun, _table.Begin(100, first));
        Assert.Equal(expected, _table.Begin(100, second));

        Assert.True(_table.End(100, first));
        Assert.False(_table.End(100, first));
        Assert.Equal(expected, _table.Begin(100, second));
        Assert.Null(_table.Find(100));
        Assert.Null(_table.NextCheck);
    }

    [Fact]
    public void Decision_ComesTooLate_WhenTheEndIsForgotten()
    {
        foreach (long at in new long[] { 100, 200, 300 })
        {
            _table.Prepare(at, 0, 0);
            _table.End(at, TransactionOutcome.RolledBack);
        }

        Assert.Equal(EndStatus.Settled, _table.Begin(100, TransactionOutcome.Committed));
        Assert.Equal(EndStatus.Contradicted, _table.Begin(300, TransactionOutcome.Committed));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void HalfMessage_IsWhatItWas_WhenItsEndCouldNotBeStored(bool isParked)
    {
        if (isParked)
            _table.Park(100);
        HalfMessage before = _table.Find(100)!.Value;
        _table.Begin(100, TransactionOutcome.Committed);
        Assert.Empty(_table.TakeDue(60_000, 10));

        _table.GiveUp(100);

        Assert.Equal(before, _table.Find(100));
        Assert.Equal(isParked ? null : 7_000, _table.NextCheck);
        Assert.Equal(EndStatus.Begun, _table.Begin(100, TransactionOutcome.RolledBack));
    }

    [Fact]
    public void Producer_IsAskedOnceAnInterval_FromTheEndOfTheImmunityOn()
    {
        Assert.Empty(_table.TakeDue(6_999, 10));
        Assert.Equal(100, Assert.Single(_table.TakeDue(7_000, 10)).PhysicalOffset);
        Assert.Empty(_table.TakeDue(16_999, 10));
        Assert.Single(_table.TakeDue(17_000, 10));
    }

    [Fact]
    public void Check_Counts_OnlyOnceItIsNoted()
    {
        _table.TakeDue(7_000, 10);
        Assert.Equal(0, _table.Find(100)!.Value.Checks);

        Assert.True(_table.Checked(100, 1, 7_000));
        Assert.False(_table.Checked(100, 1, 8_000));
        Assert.Equal((1, 17_000L), (_table.Find(100)!.Value.Checks, _table.NextCheck!.Value));
    }

    [Fact]
    public void TakeDue_GivesTheLongestOverdueFirst_AndNoMoreThanAskedFor()
    {
        _table.Prepare(50, 2_000, 0);
        _table.Prepare(200, 500, 0);
        Assert.Equal([200, 50], _table.TakeDue(60_000, 2).Select(half => half.PhysicalOffset));
        Assert.Equal([100], _table.TakeDue(60_000, 2).Select(half => half.PhysicalOffset));
    }

    [Theory]
    [InlineData(2, 1_000, false)]
    [InlineData(3, 1_000, true)]
    [InlineData(0, 300_999, false)]
    [InlineData(0, 301_000, true)]
    public void HalfMessage_IsGivenUp_AfterTheLastCheckOrItsAge(int checks, long now, bool expected)
    {
        _table.Checked(100, checks, 1_000);
        Assert.Equal(expected, _table.IsGivenUp(_table.Find(100)!.Value, now));
    }

    [Fact]
    public void ParkedOne_IsAskedAboutAgain_OnlyWhenItIsResumed()
    {
        _table.Checked(100, 3, 1_000);
        Assert.False(_table.Resume(100, 50_000));
        Assert.True(_table.Park(100));
        Assert.False(_table.Park(100));
        Assert.Null(_table.NextCheck);

        Assert.True(_table.Resume(100, 50_000));
        Assert.Equal(new HalfMessage(100, 50_000, TransactionState.Prepared, 0, 50_000), _table.Find(100));
        Assert.Single(_table.TakeDue(50_000, 10));
    }

    [Theory]
    [InlineData(TransactionOutcome.Committed)]
    [InlineData(TransactionOutcome.RolledBack)]
    public void ParkedOne_IsStillDecided_WhenTheDecisionComesLate(TransactionOutcome outcome)
    {
        _table.Park(100);
        Assert.Equal(EndStatus.Begun, _table.Begin(100, outcome));
        Assert.True(_table.End(100, outcome));
        Assert.False(_table.Resume(100, 50_000));
    }

    [Theory]
    [InlineData(TransactionOutcome.Committed, TransactionState.Committing)]
    [InlineData(TransactionOutcome.RolledBack, TransactionState.RollingBack)]
    public void Claim_IsShown_WhateverIsReadFromTheLogMeanwhile(TransactionOutcome outcome, TransactionState shown)
    {
        _table.Begin(100, outcome);
        Assert.True(_table.Checked(100, 3, 8_000));
        Assert.Equal(shown, _table.Find(100)!.Value.State);
        Assert.True(_table.Park(100));
        Assert.Equal(shown, _table.Find(100)!.Value.State);
        Assert.True(_table.Resume(100, 50_000));
        Assert.Equal(shown, _table.Find(100)!.Value.State);
        Assert.Null(_table.NextCheck);
    }

    [Fact]
    public void WhatWasReadFromTheLog_Counts_WhenTheClaimIsGivenBack()
    {
        _table.Begin(100, TransactionOutcome.Committed);
        _table.Checked(100, 3, 8_000);
        _table.Park(100);

        _table.GiveUp(100);

        Assert.Equal((TransactionState.Parked, 3), (_table.Find(100)!.Value.State, _table.Find(100)!.Value.Checks));
        Assert.Null(_table.NextCheck);
        Assert.Equal(EndStatus.Begun, _table.Begin(100, TransactionOutcome.RolledBack));
    }

    [Fact]
    public void GiveUp_ChangesNothing_WhenTheTransactionIsOver()
    {
        _table.Begin(100, TransactionOutcome.Committed);
        _table.End(100, TransactionOutcome.Committed);
        _table.GiveUp(100);
        Assert.Equal(0, _table.Count);
        Assert.Null(_table.NextCheck);
    }

    [Fact]
    public void ForgetOutside_KeepsWhatTheLogHas()
    {
        foreach (long at in new long[] { 50, 99, 200, 300 })
            _table.Prepare(at, 0, 1_000);
        _table.Begin(50, TransactionOutcome.Committed);

        Assert.Equal(3, _table.ForgetOutside(100, 300));

        Assert.Equal([100, 200], _table.Halves.Select(half => half.PhysicalOffset).Order());
        Assert.Equal(1_000, _table.NextCheck);
        Assert.True(_table.Prepare(50, 9_000, 0));
        Assert.Equal(TransactionState.Prepared, _table.Find(50)!.Value.State);
    }

    [Fact]
    public void Forget_RemovesTheCheckToo()
    {
        Assert.True(_table.Forget(100));
        Assert.False(_table.Forget(100));
        Assert.Null(_table.NextCheck);
        Assert.Equal(EndStatus.Settled, _table.Begin(100, TransactionOutcome.Committed));
    }

    [Fact]
    public void Snapshot_ComesBack_AndAnEndUnderWayCountsAsNotBegun()
    {
        _table.Prepare(200, 5_000, 1_000);
        _table.Park(200);
        _table.Checked(100, 2, 8_000);
        HalfMessage[] before = [_table.Find(100)!.Value, _table.Find(200)!.Value];
        _table.Begin(100, TransactionOutcome.Committed);
        _table.Begin(200, TransactionOutcome.RolledBack);

        byte[] file = TransactionSnapshot.Encode(4_711, _table.Halves);

        Assert.True(TransactionSnapshot.TryDecode(file, out IReadOnlyList<HalfMessage>? halves, out _));
        Assert.Equal(before, halves.OrderBy(half => half.PhysicalOffset));
    }

    [Fact]
    public void Snapshot_IsRefusedWithAReason_WhereverAByteIsWrongOrMissing()
    {
        byte[] file = TransactionSnapshot.Encode(4_711, _table.Halves);
        for (int at = 0; at < file.Length; at++)
        {
            byte[] damaged = [.. file];
            damaged[at] ^= 0x10;
            Assert.False(TransactionSnapshot.TryDecode(damaged, out _, out string? problem));
            Assert.NotEmpty(problem);
            Assert.False(TransactionSnapshot.TryDecode(file.AsSpan(0, at), out _, out problem));
            Assert.NotEmpty(problem);
        }
    }
}

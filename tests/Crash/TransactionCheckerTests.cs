using OrleansMq.Crash.Tests.Histories;

namespace OrleansMq.Crash.Tests;

/// <summary>The checker finds each broken promise in a history made by hand, and nothing in a good one.</summary>
public sealed class TransactionCheckerTests
{
    [Fact]
    public void Check_FindsNothing_WhenAllEndedAsMeant() => Assert.Empty(TransactionChecker.Check(
        [
            Ended("committed", TransactionPlan.Commit), Ended("rolled back", TransactionPlan.Rollback),
            Prepared("asked", TransactionPlan.CommitWhenAsked), Prepared("refused", TransactionPlan.RollbackWhenAsked),
            Unknown("there"), Unknown("not there"),
        ],
        ["committed", "asked", "there"], open: []));

    [Fact]
    public void Check_FindsNothing_WhenAnUndecidedOneIsNotThereYet() => Assert.Empty(TransactionChecker.Check(
        [Prepared("a", TransactionPlan.CommitWhenAsked), Prepared("b", TransactionPlan.Commit)], [], open: null));

    [Fact]
    public void Check_FindsLost_WhenAnAcknowledgedCommitIsNotThereAtOnce() => AssertOnly(
        ViolationKind.Lost, TransactionChecker.Check([Ended("a", TransactionPlan.Commit)], [], open: null));

    [Theory]
    [InlineData(TransactionPlan.Commit)]
    [InlineData(TransactionPlan.CommitWhenAsked)]
    [InlineData(TransactionPlan.CommitWhenAskedOften)]
    public void Check_FindsLost_WhenAPreparedOneWasNeverDelivered(TransactionPlan plan) => AssertOnly(
        ViolationKind.Lost, TransactionChecker.Check([Prepared("a", plan)], [], open: []));

    [Fact]
    public void Check_FindsDuplicated_WhenACommittedOneIsThereTwice() => AssertOnly(
        ViolationKind.Duplicated,
        TransactionChecker.Check([Ended("a", TransactionPlan.Commit)], ["a", "a"], open: null));

    [Theory]
    [InlineData(TransactionPlan.Rollback)]
    [InlineData(TransactionPlan.RollbackWhenAsked)]
    public void Check_FindsRolledBack_WhenItWasDelivered(TransactionPlan plan) => AssertOnly(
        ViolationKind.RolledBack, TransactionChecker.Check([Prepared("a", plan)], ["a"], open: null));

    [Fact]
    public void Check_FindsPhantom_WhenNobodySentIt() => AssertOnly(
        ViolationKind.Phantom, TransactionChecker.Check([], ["a"], open: null));

    [Fact]
    public void Check_FindsAskedAgain_WhenItHadEndedBeforeTheKill()
    {
        TransactionAttempt attempt = Ended("a", TransactionPlan.Commit);
        attempt.Ask(life: 4);
        AssertOnly(ViolationKind.AskedAgain, TransactionChecker.Check([attempt], ["a"], open: null));
    }

    [Fact]
    public void Check_FindsNothing_WhenTheQuestionCrossedTheEnd()
    {
        TransactionAttempt attempt = Ended("a", TransactionPlan.Commit);
        attempt.Ask(life: 3);
        Assert.Empty(TransactionChecker.Check([attempt], ["a"], open: null));
    }

    [Fact]
    public void Check_FindsStillOpen_WhenAllWasDecided() => AssertOnly(
        ViolationKind.StillOpen, TransactionChecker.Check([Unknown("a")], [], open: ["a"]));

    private static void AssertOnly(ViolationKind kind, IReadOnlyList<Violation> violations) =>
        Assert.Equal(kind, Assert.Single(violations).Kind);

    private static TransactionAttempt Unknown(string id) => new() { Id = id, Plan = TransactionPlan.Commit };

    private static TransactionAttempt Prepared(string id, TransactionPlan plan) =>
        new() { Id = id, Plan = plan, IsPrepared = true };

    private static TransactionAttempt Ended(string id, TransactionPlan plan) =>
        new() { Id = id, Plan = plan, IsPrepared = true, EndedInLife = 3 };
}

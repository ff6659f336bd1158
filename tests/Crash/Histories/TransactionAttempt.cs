namespace OrleansMq.Crash.Tests.Histories;

/// <summary>What a producer means to do with a transaction; it never changes its mind.</summary>
public enum TransactionPlan
{
    /// <summary>It commits at once, and says so again whenever it is asked.</summary>
    Commit,

    /// <summary>It rolls back at once, and says so again whenever it is asked.</summary>
    Rollback,

    /// <summary>It says nothing until it is asked, then it commits.</summary>
    CommitWhenAsked,

    /// <summary>It says nothing until it is asked, then it rolls back.</summary>
    RollbackWhenAsked,

    /// <summary>It does not know the first times that it is asked, then it commits.</summary>
    CommitWhenAskedOften,
}

/// <summary>One try to run a transaction. Written to by several threads, read once they have ended.</summary>
public sealed class TransactionAttempt
{
    private int _questions;

    public required string Id { get; init; }

    public required TransactionPlan Plan { get; init; }

    /// <summary>Whether the half message was acknowledged; otherwise it may be there or not.</summary>
    public bool IsPrepared { get; set; }

    /// <summary>In which life of the broker its end was acknowledged; null while it was not.</summary>
    public int? EndedInLife { get; set; }

    /// <summary>In which life of the broker a producer was last asked about it; null when none was.</summary>
    public int? AskedInLife { get; set; }

    /// <summary>How often producers were asked about it.</summary>
    public int Questions => Volatile.Read(ref _questions);

    public bool IsCommit => Plan is not (TransactionPlan.Rollback or TransactionPlan.RollbackWhenAsked);

    /// <summary>Takes in a question; the number it has.</summary>
    public int Ask(int life)
    {
        AskedInLife = life;
        return Interlocked.Increment(ref _questions);
    }
}

namespace OrleansMq.Client.Transactions;

/// <summary>What became of the local work that a message belongs to.</summary>
public enum TransactionOutcome
{
    /// <summary>Not known yet; the broker asks later.</summary>
    Unknown,

    /// <summary>It is done: the message is to be delivered.</summary>
    Commit,

    /// <summary>It was not done and never will be: the message is to be forgotten.</summary>
    Rollback,
}

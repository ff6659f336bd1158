namespace OrleansMq.Broker.Transactions;

/// <summary>What an undecided half message is going through.</summary>
public enum TransactionState
{
    /// <summary>Stored; its producer decides, or will be asked.</summary>
    Prepared = 0,

    /// <summary>The message for its consumers is being stored; once it is, the transaction is over.</summary>
    Committing = 1,

    /// <summary>Its end without a message is being stored; once it is, the transaction is over.</summary>
    RollingBack = 2,

    /// <summary>Asked about in vain too often or for too long: it waits for an operator, or a late decision.</summary>
    Parked = 3,
}

/// <summary>How a transaction ended.</summary>
public enum TransactionOutcome
{
    /// <summary>The message was given to its consumers.</summary>
    Committed,

    /// <summary>Nobody will see the message.</summary>
    RolledBack,
}

/// <summary>A half message that is not decided.</summary>
/// <param name="PhysicalOffset">Where it stands in the log; its identity.</param>
/// <param name="PreparedMilliseconds">When it was stored, Unix milliseconds.</param>
/// <param name="State">What it is going through.</param>
/// <param name="Checks">How often its producer was asked.</param>
/// <param name="NextCheckMilliseconds">When its producer is asked next, Unix milliseconds.</param>
public readonly record struct HalfMessage(
    long PhysicalOffset, long PreparedMilliseconds, TransactionState State, int Checks, long NextCheckMilliseconds);

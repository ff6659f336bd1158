namespace OrleansMq.Crash.Tests.Histories;

/// <summary>A promise that a broker did not keep.</summary>
public enum ViolationKind
{
    /// <summary>An acknowledged message is not there.</summary>
    Lost,

    /// <summary>A message is there more than once.</summary>
    Duplicated,

    /// <summary>A message has another body than was sent.</summary>
    Changed,

    /// <summary>A message is there that nobody sent to this queue.</summary>
    Phantom,

    /// <summary>An acknowledged message is at another offset than was answered.</summary>
    Moved,

    /// <summary>The offsets that were read do not follow one another from the first to the last.</summary>
    Gap,

    /// <summary>A message that was sent after another was acknowledged stands before it.</summary>
    Order,

    /// <summary>A delayed message was delivered before its time.</summary>
    Early,

    /// <summary>The message of a transaction that was rolled back was delivered.</summary>
    RolledBack,

    /// <summary>A transaction was asked about although its end had been acknowledged before the broker died.</summary>
    AskedAgain,

    /// <summary>A transaction is not over although its producers told how it ends.</summary>
    StillOpen,

    /// <summary>A committed offset is behind one that was acknowledged long enough ago.</summary>
    OffsetWentBack,

    /// <summary>A committed offset is one that nobody committed yet.</summary>
    OffsetAhead,
}

/// <summary>A promise that a broker did not keep, and where.</summary>
public readonly record struct Violation(ViolationKind Kind, string Text);

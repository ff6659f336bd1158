namespace OrleansMq.Storage.Confirmations;

/// <summary>Somebody who may not be answered before a record is on disk.</summary>
public abstract class ConfirmationWaiter
{
    /// <summary>Behind the record's last byte.</summary>
    public required long EndOffset { get; init; }

    /// <summary>When the waiting is given up, Unix milliseconds.</summary>
    public required long DeadlineMilliseconds { get; init; }

    /// <summary>Called once, on any thread; must be quick and must not throw.</summary>
    public abstract void Complete(ConfirmationStatus status);
}

/// <summary>How the waiting ended.</summary>
public enum ConfirmationStatus
{
    /// <summary>The record is on disk.</summary>
    Confirmed,

    /// <summary>It is in the log, but not known to be on disk in time.</summary>
    TimedOut,

    /// <summary>The flush failed and the store is sealed: whether the record is on disk is unknown.</summary>
    Failed,
}

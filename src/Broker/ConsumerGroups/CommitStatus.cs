namespace OrleansMq.Broker.ConsumerGroups;

/// <summary>What became of a commit.</summary>
public enum CommitStatus
{
    /// <summary>The offset is the new one.</summary>
    Committed,

    /// <summary>The offset was the same already.</summary>
    Unchanged,

    /// <summary>The offset is negative, which clients send for "unknown"; nothing changed.</summary>
    IgnoredNegative,

    /// <summary>A higher offset was committed before; nothing changed.</summary>
    IgnoredLower,

    /// <summary>An operator reset the queue since, and the offset is from before that; nothing changed.</summary>
    IgnoredBeforeReset,

    /// <summary>The queue ends before the offset; nothing changed.</summary>
    IgnoredBeyondEnd,

    /// <summary>The group has as many queues as it may have, or the queue id is negative; nothing changed.</summary>
    Refused,
}

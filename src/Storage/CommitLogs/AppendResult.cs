namespace OrleansMq.Storage.CommitLogs;

/// <summary>Whether a record was appended.</summary>
public enum AppendStatus
{
    /// <summary>The record is in the log.</summary>
    Appended,

    /// <summary>
    /// The store was sealed after a failed flush or write; nothing is accepted until it is opened again.
    /// </summary>
    Sealed,

    /// <summary>
    /// The disk is above <see cref="StoreOptions.DiskFullRatio"/>, or has no space for the log's next file or for what
    /// indexes the log. Nothing was appended; it goes on by itself once there is space.
    /// </summary>
    DiskFull,

    /// <summary>The record does not fit into a log file.</summary>
    TooLarge,

    /// <summary>The bytes of a batch are not a sequence of messages.</summary>
    Malformed,
}

/// <summary>Where a record was appended.</summary>
/// <param name="Status">Whether it was; the other members are meaningful only then.</param>
/// <param name="PhysicalOffset">The record's first byte in the log.</param>
/// <param name="QueueOffset">The record's place in its queue.</param>
/// <param name="StoreTimestamp">When it was stored, Unix milliseconds.</param>
/// <param name="EndOffset">Behind the record's last byte: wait for <c>ConfirmedUntil</c> to reach it.</param>
public readonly record struct AppendResult(
    AppendStatus Status, long PhysicalOffset, long QueueOffset, long StoreTimestamp, long EndOffset)
{
    /// <summary>A refusal.</summary>
    public static AppendResult Refused(AppendStatus status) => new(status, -1, -1, 0, -1);
}

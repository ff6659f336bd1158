using Microsoft.Extensions.Logging;
using OrleansMq.Messages.Records;

namespace OrleansMq.Storage.Diagnostics;

/// <summary>
/// What the store tells its operator. Event ids 1000 to 1999 are never used again for another meaning.
/// </summary>
internal static partial class StoreLog
{
    [LoggerMessage(1001, LogLevel.Information,
        "Opened the store {Directory}: log {MinOffset} to {EndOffset}, {Recovered} records read back in "
        + "{ElapsedMilliseconds} ms; {State}")]
    public static partial void StoreOpened(
        this ILogger logger, string directory, long minOffset, long endOffset, long recovered, long elapsedMilliseconds,
        string state);

    [LoggerMessage(1002, LogLevel.Warning,
        "The log's last bytes, {Start} to {End}, are no whole record ({Defect}): cut off and wiped. They lie "
        + "above what was known to be on disk")]
    public static partial void TornTail(this ILogger logger, long start, long end, RecordDefect defect);

    [LoggerMessage(1003, LogLevel.Error,
        "DAMAGE in the log: the bytes {Start} to {End} are no valid record ({Defect}), with valid records behind "
        + "them. They are fenced off: consumers pass over them. Restore this range from a backup or replica if you "
        + "can")]
    public static partial void DamagedRange(this ILogger logger, long start, long end, RecordDefect defect);

    [LoggerMessage(1004, LogLevel.Warning,
        "The checkpoint is {Problem}: the whole log is read again and every consume queue and index rebuilt")]
    public static partial void CheckpointUnusable(this ILogger logger, string problem);

    [LoggerMessage(1005, LogLevel.Warning,
        "The consume queue {Topic}/{QueueId} had no entries before offset {QueueOffset} where some were expected; "
        + "they are marked as blank")]
    public static partial void QueueGap(this ILogger logger, string topic, int queueId, long queueOffset);

    [LoggerMessage(1006, LogLevel.Critical,
        "The store is SEALED after a failed write or flush: no message is accepted any more. Check the disk, then "
        + "restart the broker")]
    public static partial void Sealed(this ILogger logger, Exception cause);

    [LoggerMessage(1007, LogLevel.Warning,
        "The disk of {Directory} is {UsedPercent:F1} % full: no message is accepted until it is below "
        + "{LimitPercent:F1} %")]
    public static partial void DiskFull(this ILogger logger, string directory, double usedPercent, double limitPercent);

    [LoggerMessage(1008, LogLevel.Information, "The disk of {Directory} has room again: messages are accepted")]
    public static partial void DiskHasRoom(this ILogger logger, string directory);

    [LoggerMessage(1009, LogLevel.Information, "Deleted the log file {Path}: {Reason}")]
    public static partial void FileDeleted(this ILogger logger, string path, string reason);

    [LoggerMessage(1010, LogLevel.Warning,
        "Consume queues were incomplete ({Gaps} gaps): the whole log is read again and every one rebuilt")]
    public static partial void RebuildingQueues(this ILogger logger, int gaps);

    [LoggerMessage(1011, LogLevel.Error, "The worker {Worker} failed and goes on")]
    public static partial void WorkerFailed(this ILogger logger, string worker, Exception cause);

    [LoggerMessage(1012, LogLevel.Error,
        "DAMAGE in the consume queue {Topic}/{QueueId}: its entry {QueueOffset} is missing or false, and passed "
        + "over. The messages are in the log: stop the broker, delete the file 'checkpoint' in the store's directory"
        + " and start it again to have every queue rebuilt")]
    public static partial void QueueDamaged(this ILogger logger, string topic, int queueId, long queueOffset);

    [LoggerMessage(1013, LogLevel.Warning,
        "The disk of {Directory} has no space. Messages are refused as soon as they need some, and accepted again once "
        + "there is: {Problem}")]
    public static partial void NoSpace(this ILogger logger, string directory, string problem);

    [LoggerMessage(1014, LogLevel.Warning,
        "The log file {File} stays for now although it should go ({Reason}): {Subject} need records of it and are "
        + "asked to store them anew. If it stays for long, they find no space to do so: free or add some")]
    public static partial void FileHeld(this ILogger logger, string file, string reason, string subject);
}

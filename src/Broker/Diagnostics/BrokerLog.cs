using Microsoft.Extensions.Logging;

namespace OrleansMq.Broker.Diagnostics;

/// <summary>
/// What the broker tells its operator. Event ids 2000 to 2499 are never used again for another meaning.
/// </summary>
internal static partial class BrokerLog
{
    [LoggerMessage(2001, LogLevel.Information, "Broker {BrokerName} of cluster {ClusterName} is ready at {Address}")]
    public static partial void BrokerReady(this ILogger logger, string brokerName, string clusterName, string address);

    [LoggerMessage(2002, LogLevel.Warning, "Metadata: {Problem}")]
    public static partial void MetadataProblem(this ILogger logger, string problem);

    [LoggerMessage(2003, LogLevel.Error, "Committed offsets could not be written and are tried again")]
    public static partial void OffsetsNotWritten(this ILogger logger, Exception cause);

    [LoggerMessage(2004, LogLevel.Warning,
        "The group {Group} had committed {Offset} of {Topic}/{QueueId}, which ends at {MaxOffset} after recovery; "
        + "set back to the end")]
    public static partial void OffsetBehindEnd(
        this ILogger logger, string group, string topic, int queueId, long offset, long maxOffset);

    [LoggerMessage(2101, LogLevel.Warning, "The timer snapshot cannot be used, the log is read instead: {Problem}")]
    public static partial void TimerSnapshotUnusable(this ILogger logger, string problem);

    [LoggerMessage(2103, LogLevel.Error, "The delayed message at {PhysicalOffset} cannot be delivered: {Reason}")]
    public static partial void DelayedMessageLost(this ILogger logger, long physicalOffset, string reason);

    [LoggerMessage(2104, LogLevel.Warning, "The delivery of the message at {PhysicalOffset} is put off: {Problem}")]
    public static partial void DeliveryPutOff(this ILogger logger, long physicalOffset, string problem);

    [LoggerMessage(2105, LogLevel.Warning,
        "No message is delivered at its time for now, the first is that at {PhysicalOffset}: {Problem}")]
    public static partial void DeliveriesWait(this ILogger logger, long physicalOffset, string problem);

    [LoggerMessage(2111, LogLevel.Warning,
        "The transaction snapshot cannot be used, the log is read instead: {Problem}")]
    public static partial void TransactionSnapshotUnusable(this ILogger logger, string problem);

    [LoggerMessage(2112, LogLevel.Error, "The half message at {PhysicalOffset} can no longer be decided: {Reason}")]
    public static partial void HalfMessageLost(this ILogger logger, long physicalOffset, string reason);

    [LoggerMessage(2113, LogLevel.Warning,
        "The transaction whose half message stands at {PhysicalOffset} is parked after {Checks} checks: the producers "
        + "'{Group}' did not tell what became of it. Commit it, roll it back or resume it")]
    public static partial void TransactionParked(this ILogger logger, long physicalOffset, int checks, string group);

    [LoggerMessage(2114, LogLevel.Warning,
        "The check of the half message at {PhysicalOffset} is put off: {Problem}")]
    public static partial void TransactionCheckPutOff(this ILogger logger, long physicalOffset, string problem);

    [LoggerMessage(2115, LogLevel.Error,
        "{Count} transactions can no longer be decided: the log does not keep their half messages any more")]
    public static partial void HalfMessagesExpired(this ILogger logger, int count);

    [LoggerMessage(2121, LogLevel.Warning,
        "The snapshot of published ids cannot be used, the log is read instead: {Problem}")]
    public static partial void PublishSnapshotUnusable(this ILogger logger, string problem);

    [LoggerMessage(2131, LogLevel.Warning, "The pop snapshot cannot be used, the log is read instead: {Problem}")]
    public static partial void PopSnapshotUnusable(this ILogger logger, string problem);

    [LoggerMessage(2132, LogLevel.Error,
        "The record at {PhysicalOffset} about popped messages is not understood: messages of its group may come again")]
    public static partial void PopRecordUnknown(this ILogger logger, long physicalOffset);

    [LoggerMessage(2133, LogLevel.Error,
        "The group {Group} was sent to {Offset} in the queue {QueueId} of '{Topic}', but what it popped could not be "
        + "forgotten: {Problem} Reset it again")]
    public static partial void PopsNotReset(
        this ILogger logger, string group, string topic, int queueId, long offset, string problem);

    [LoggerMessage(2151, LogLevel.Warning,
        "The snapshot of resent dead letters cannot be used, the log is read instead: {Problem}")]
    public static partial void ResentSnapshotUnusable(this ILogger logger, string problem);

    [LoggerMessage(2152, LogLevel.Warning,
        "{Count} notes of deliveries found no room or could not be stored, {Total} since the start: traces lack them")]
    public static partial void DeliveriesDropped(this ILogger logger, long count, long total);

    [LoggerMessage(2201, LogLevel.Warning,
        "Members of the group {Group} subscribe differently: {ClientId} wants '{OfMember}' of '{Topic}', the group"
        + " '{OfGroup}'. Messages may be skipped")]
    public static partial void SubscriptionConflict(
        this ILogger logger, string group, string clientId, string? ofMember, string topic, string? ofGroup);

    [LoggerMessage(2211, LogLevel.Information,
        "The group '{Group}' was sent to {Offset} in the queue {QueueId} of the topic '{Topic}' by an operator")]
    public static partial void OffsetReset(
        this ILogger logger, string group, string topic, int queueId, long offset);

    [LoggerMessage(2301, LogLevel.Warning,
        "{Count} messages of {Topic} are about to go before the group {Group} has consumed them, the first at "
        + "{GoesAt:O}. Let it catch up, or keep the topic for longer")]
    public static partial void UnreadSoonGone(
        this ILogger logger, long count, string topic, string group, DateTimeOffset goesAt);

    [LoggerMessage(2302, LogLevel.Information,
        "No message of {Topic} is about to go any more before the group {Group} has consumed it")]
    public static partial void UnreadAlarmOver(this ILogger logger, string topic, string group);

    [LoggerMessage(2303, LogLevel.Warning,
        "{Count} messages of {Topic} go before the group {Group} has consumed them: {Reason}")]
    public static partial void UnreadDeleted(
        this ILogger logger, long count, string topic, string group, string reason);
}

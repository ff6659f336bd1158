using Microsoft.Extensions.Logging;

namespace OrleansMq.Client.Hosting.Diagnostics;

/// <summary>What consumers in a host say. Ids keep their meaning for good.</summary>
internal static partial class HostingLog
{
    [LoggerMessage(4001, LogLevel.Information, "The consumer of {Topics} in the group {Group} started.")]
    public static partial void ConsumerStarted(this ILogger logger, string group, string topics);

    [LoggerMessage(4002, LogLevel.Information, "The consumer of {Topics} in the group {Group} stopped.")]
    public static partial void ConsumerStopped(this ILogger logger, string group, string topics);

    [LoggerMessage(
        4003, LogLevel.Warning,
        "The consumer of {Topics} in the group {Group} was stopped before its handlers had ended: what they had comes "
        + "again. Give the host more time (HostOptions.ShutdownTimeout), or handlers less to do.")]
    public static partial void ConsumerStoppedLate(this ILogger logger, string group, string topics);

    [LoggerMessage(
        4004, LogLevel.Warning,
        "The handler of the group {Group} failed with the message {MessageId} of {Topic} at attempt {Attempt}; it "
        + "comes again, or becomes a dead letter when it came often enough.")]
    public static partial void HandlerFailed(
        this ILogger logger, Exception cause, string messageId, string topic, string group, int attempt);

    [LoggerMessage(
        4005, LogLevel.Warning,
        "The message {MessageId} of {Topic} becomes a dead letter of the group {Group}: {Reason}")]
    public static partial void DeadLettered(
        this ILogger logger, string messageId, string topic, string group, string? reason);
}

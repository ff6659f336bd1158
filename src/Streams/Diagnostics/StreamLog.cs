using Microsoft.Extensions.Logging;

namespace OrleansMq.Streams.Diagnostics;

/// <summary>What the stream provider says. Ids 4001 to 4099.</summary>
internal static partial class StreamLog
{
    [LoggerMessage(4001, LogLevel.Information, "Reads the queue {Queue} of '{Topic}' from the offset {Offset} on.")]
    public static partial void Reads(this ILogger logger, string topic, string queue, long offset);

    [LoggerMessage(4002, LogLevel.Warning,
        "The queue {Queue} of '{Topic}' cannot be read yet and will be tried again.")]
    public static partial void NotOpen(this ILogger logger, string topic, string queue);

    [LoggerMessage(4003, LogLevel.Warning,
        "The checkpoint {Offset} of the queue {Queue} of '{Topic}' was not taken: {Problem}")]
    public static partial void NotCommitted(
        this ILogger logger, string topic, string queue, long offset, string problem);

    [LoggerMessage(4004, LogLevel.Warning,
        "The stream provider '{Provider}' cannot read the topic '{Topic}' yet and tries again: {Problem}")]
    public static partial void NotTakenUp(this ILogger logger, string provider, string topic, string problem);

    [LoggerMessage(4005, LogLevel.Error,
        "The event of {Stream} at the offset {Offset} is a dead letter of '{Group}' after {Attempts} tries: {Error}")]
    public static partial void Buried(
        this ILogger logger, StreamId stream, long offset, string group, int attempts, string error);

    [LoggerMessage(4006, LogLevel.Error,
        "The event of {Stream} at the offset {Offset} is not yet a dead letter of '{Group}' and will be: {Problem}")]
    public static partial void NotBuried(
        this ILogger logger, StreamId stream, long offset, string group, string problem);

    [LoggerMessage(4007, LogLevel.Error,
        "Events of {Stream} from the offset {Offset} on are no longer kept; a subscription goes on at {MinOffset}.")]
    public static partial void Expired(this ILogger logger, StreamId stream, long offset, long minOffset);

    [LoggerMessage(4008, LogLevel.Warning,
        "A subscription of {Stream} is at the offset {Offset}, behind the end {End}: the log lost its last records.")]
    public static partial void BeyondEnd(this ILogger logger, StreamId stream, long offset, long end);

    [LoggerMessage(4009, LogLevel.Warning,
        "Events of {Stream} from before its subscription are given with the next new one: {Problem}")]
    public static partial void NotWoken(this ILogger logger, StreamId stream, string problem);
}

using Microsoft.Extensions.Logging;

namespace OrleansMq.Grains.Diagnostics;

/// <summary>What the cluster's side says. Ids 3001 to 3099.</summary>
internal static partial class GrainLog
{
    [LoggerMessage(3001, LogLevel.Information,
        "The broker '{Broker}' joined the cluster on the silo {Silo}, directory version {Version}.")]
    public static partial void Joined(this ILogger logger, string broker, string silo, long version);

    [LoggerMessage(3002, LogLevel.Warning, "The broker '{Broker}' may not join yet: {Problem}")]
    public static partial void MayNotJoin(this ILogger logger, string broker, string problem);

    [LoggerMessage(3003, LogLevel.Warning,
        "The group '{Group}' could not be saved and will be tried again: {Problem}")]
    public static partial void GroupNotSaved(this ILogger logger, string group, string problem);

    [LoggerMessage(3004, LogLevel.Debug, "The broker '{Broker}' was not told and will ask: {Problem}")]
    public static partial void NotTold(this ILogger logger, string broker, string problem);

    [LoggerMessage(3005, LogLevel.Warning, "The cluster could not decide: {Problem}")]
    public static partial void Undecided(this ILogger logger, string problem);

    [LoggerMessage(3006, LogLevel.Warning,
        "Offsets of the group '{Group}' were not reported and will be again: {Problem}")]
    public static partial void NotReported(this ILogger logger, string group, string problem);

    [LoggerMessage(3007, LogLevel.Warning,
        "The directory could not be read and is as old as its version {Version}: {Problem}")]
    public static partial void ViewNotRefreshed(this ILogger logger, long version, string problem);

    [LoggerMessage(3008, LogLevel.Information,
        "The broker '{Broker}' is drained: it takes no messages from now on.")]
    public static partial void Drained(this ILogger logger, string broker);

    [LoggerMessage(3009, LogLevel.Information,
        "The topic '{Topic}' of this broker's store was made known to the cluster.")]
    public static partial void TopicAdopted(this ILogger logger, string topic);

    [LoggerMessage(3010, LogLevel.Information,
        "The group '{Group}' of this broker's store was made known to the cluster.")]
    public static partial void GroupAdopted(this ILogger logger, string group);

    [LoggerMessage(3011, LogLevel.Warning,
        "The grain '{Checker}' did not tell what became of the half message at {PhysicalOffset}; it is asked again: "
        + "{Problem}")]
    public static partial void CheckerFailed(
        this ILogger logger, string checker, long physicalOffset, string problem);

    [LoggerMessage(3015, LogLevel.Warning, "A client of the broker '{Broker}' could not be reached: {Problem}")]
    public static partial void ClientUnreachable(this ILogger logger, string broker, string problem);

    [LoggerMessage(3020, LogLevel.Information,
        "A tunnel to the broker '{Broker}' was closed: its client has not read it for {Silence}.")]
    public static partial void TunnelAbandoned(this ILogger logger, string broker, TimeSpan silence);

    [LoggerMessage(3021, LogLevel.Warning, "A tunnel to the broker '{Broker}' was refused: {Problem}")]
    public static partial void TunnelRefused(this ILogger logger, string broker, string problem);

    /// <summary>Lets a call go on by itself; if it fails that is only noted.</summary>
    public static void LogFailure(this Task call, ILogger logger, string broker) => call.ContinueWith(
        failed => logger.NotTold(broker, failed.Exception!.GetBaseException().Message),
        CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
}

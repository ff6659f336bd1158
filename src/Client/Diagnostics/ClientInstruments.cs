using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace OrleansMq.Client.Diagnostics;

/// <summary>
/// The client's source of spans and its instruments. Thread-safe.
/// Source: https://opentelemetry.io/docs/specs/semconv/messaging/messaging-metrics/ (status: development).
/// </summary>
internal static class ClientInstruments
{
    /// <summary>The buckets that the conventions advise for durations in seconds.</summary>
    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries =
            [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
    };

    private static readonly Meter Meter = new(OrleansMqTelemetry.MeterName);

    /// <summary>Where spans begin.</summary>
    public static ActivitySource Source { get; } = new(OrleansMqTelemetry.ActivitySourceName);

    /// <summary>How long sends, receives and settlements take.</summary>
    public static Histogram<double> OperationDuration { get; } = Meter.CreateHistogram(
        "messaging.client.operation.duration", "s", "Duration of an operation of a producer or consumer.", null,
        Seconds);

    /// <summary>Messages that were sent, or could not be.</summary>
    public static Counter<long> SentMessages { get; } = Meter.CreateCounter<long>(
        "messaging.client.sent.messages", "{message}", "Messages that a producer tried to send.");

    /// <summary>Messages that were handed to the application.</summary>
    public static Counter<long> ConsumedMessages { get; } = Meter.CreateCounter<long>(
        "messaging.client.consumed.messages", "{message}", "Messages that were delivered to the application.");

    /// <summary>How long handlers take.</summary>
    public static Histogram<double> ProcessDuration { get; } = Meter.CreateHistogram(
        "messaging.process.duration", "s", "Duration of a handler's work on a message.", null, Seconds);

    /// <summary>Whether anybody wants to know of sends.</summary>
    public static bool ObserveSends => Source.HasListeners() || OperationDuration.Enabled || SentMessages.Enabled;

    /// <summary>Whether anybody wants to know of receives.</summary>
    public static bool ObserveReceives =>
        Source.HasListeners() || OperationDuration.Enabled || ConsumedMessages.Enabled;

    /// <summary>Whether anybody wants to know of settlements.</summary>
    public static bool ObserveSettlements => Source.HasListeners() || OperationDuration.Enabled;

    /// <summary>Whether anybody wants to know of handlers.</summary>
    public static bool ObserveProcessing => Source.HasListeners() || ProcessDuration.Enabled;
}

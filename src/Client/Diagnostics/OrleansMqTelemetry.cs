namespace OrleansMq.Client.Diagnostics;

/// <summary>
/// Where the client's traces and metrics are listened to. They follow OpenTelemetry's conventions for messaging, and
/// cost nothing while nobody listens.
/// </summary>
/// <example><code>
/// builder.Services.AddOpenTelemetry()
///     .WithTracing(tracing => tracing.AddSource(OrleansMqTelemetry.ActivitySourceName))
///     .WithMetrics(metrics => metrics.AddMeter(OrleansMqTelemetry.MeterName));
/// </code></example>
public static class OrleansMqTelemetry
{
    /// <summary>
    /// The source of the spans <c>send</c>, <c>receive</c>, <c>process</c> and <c>settle</c>. While somebody listens to
    /// it, messages carry the context of their send in the properties <c>traceparent</c> and <c>tracestate</c>.
    /// </summary>
    public const string ActivitySourceName = "OrleansMq.Client";

    /// <summary>
    /// The meter of <c>messaging.client.operation.duration</c>, <c>messaging.client.sent.messages</c>,
    /// <c>messaging.client.consumed.messages</c> and <c>messaging.process.duration</c>.
    /// </summary>
    public const string MeterName = "OrleansMq.Client";
}

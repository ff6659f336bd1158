using OrleansMq.Client.Diagnostics;

namespace OpenTelemetry.Metrics;

/// <summary>Adds the client to an application's metrics.</summary>
public static class OrleansMqMeterProviderBuilderExtensions
{
    /// <summary>Listens to the client's measurements.</summary>
    public static MeterProviderBuilder AddOrleansMqInstrumentation(this MeterProviderBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddMeter(OrleansMqTelemetry.MeterName);
    }
}

using OrleansMq.Client.Diagnostics;

namespace OpenTelemetry.Trace;

/// <summary>Adds the client to an application's traces.</summary>
public static class OrleansMqTracerProviderBuilderExtensions
{
    /// <summary>
    /// Listens to the client's spans; messages carry the context of their send from then on.
    /// </summary>
    public static TracerProviderBuilder AddOrleansMqInstrumentation(this TracerProviderBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddSource(OrleansMqTelemetry.ActivitySourceName);
    }
}

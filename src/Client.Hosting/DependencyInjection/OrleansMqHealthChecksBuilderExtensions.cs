using Microsoft.Extensions.Diagnostics.HealthChecks;
using OrleansMq.Client;
using OrleansMq.Client.Hosting.Health;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds checks of clients to an application's health.</summary>
public static class OrleansMqHealthChecksBuilderExtensions
{
    /// <summary>
    /// Adds a check that a broker answers, that the client's consumers run and get on, and, if wanted, that not too
    /// much waits for them.
    /// </summary>
    /// <param name="builder">The application's checks.</param>
    /// <param name="clientName">The key of the client; null for the one without.</param>
    /// <param name="configure">When the client counts as healthy.</param>
    /// <param name="name">What the check is called; null for "orleansmq", with the client's key behind it.</param>
    /// <param name="failureStatus">What it means that no broker answers or a consumer stopped; null: unhealthy.</param>
    /// <param name="tags">By what checks are chosen.</param>
    public static IHealthChecksBuilder AddOrleansMq(
        this IHealthChecksBuilder builder, string? clientName = null,
        Action<OrleansMqHealthOptions>? configure = null, string? name = null, HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var options = new OrleansMqHealthOptions();
        configure?.Invoke(options);
        return builder.Add(new HealthCheckRegistration(
            name ?? (clientName is null ? "orleansmq" : $"orleansmq-{clientName}"),
            services => new OrleansMqHealthCheck(
                clientName,
                clientName is null
                    ? services.GetRequiredService<OrleansMqClient>()
                    : services.GetRequiredKeyedService<OrleansMqClient>(clientName),
                services, options),
            failureStatus, tags));
    }
}

using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace OrleansMq.Client.Hosting.Tests;

/// <summary>Makes hosts of applications.</summary>
internal static class TestHost
{
    /// <summary>A host with a desk for its handlers.</summary>
    public static IHost Build(
        Desk desk, Action<HostApplicationBuilder> configure, Logged? logged = null,
        Dictionary<string, string?>? configuration = null)
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        if (configuration is not null)
            builder.Configuration.AddInMemoryCollection(configuration);
        builder.Services.AddSingleton(desk);
        builder.Services.AddScoped<ScopeMark>();
        if (logged is not null)
            builder.Logging.AddProvider(logged);
        configure(builder);
        return builder.Build();
    }
}

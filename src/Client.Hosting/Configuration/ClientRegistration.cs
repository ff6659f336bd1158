using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace OrleansMq.Client.Hosting.Configuration;

/// <summary>A client of an application: its name, and what changes its options.</summary>
/// <param name="name">The key that it is asked for by; null for the one without.</param>
internal sealed class ClientRegistration(string? name)
{
    private readonly List<Func<IServiceProvider, ClientOptions, ClientOptions>> _changes = [];

    /// <summary>The key that the client is asked for by; null for the one without.</summary>
    public string? Name => name;

    /// <summary>The name of its options.</summary>
    public string OptionsName => name ?? Options.DefaultName;

    /// <summary>Adds a change, which is made after those that were added before.</summary>
    public void Change(Func<IServiceProvider, ClientOptions, ClientOptions> change) => _changes.Add(change);

    /// <summary>Makes the client.</summary>
    public OrleansMqClient Make(IServiceProvider services)
    {
        OrleansMqOptions configured = services.GetRequiredService<IOptionsMonitor<OrleansMqOptions>>()
            .Get(OptionsName);
        ClientOptions options = configured.ToClientOptions() with
        {
            Time = services.GetService<TimeProvider>() ?? TimeProvider.System,
        };
        foreach (Func<IServiceProvider, ClientOptions, ClientOptions> change in _changes)
            options = change(services, options);
        return new OrleansMqClient(options);
    }

    /// <summary>The client of an application.</summary>
    public OrleansMqClient ClientOf(IServiceProvider services) => name is null
        ? services.GetRequiredService<OrleansMqClient>()
        : services.GetRequiredKeyedService<OrleansMqClient>(name);
}

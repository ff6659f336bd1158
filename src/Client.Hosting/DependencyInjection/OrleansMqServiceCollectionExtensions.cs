using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using OrleansMq.Client;
using OrleansMq.Client.Hosting;
using OrleansMq.Client.Hosting.Configuration;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds clients of brokers to an application.</summary>
public static class OrleansMqServiceCollectionExtensions
{
    /// <summary>Adds a client, <see cref="OrleansMqClient"/>.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="servers">One or more brokers of the cluster as HOST:PORT, separated by commas.</param>
    public static OrleansMqBuilder AddOrleansMq(this IServiceCollection services, string servers) =>
        services.AddOrleansMq(options => options.Servers = servers);

    /// <summary>Adds a client as a section of the configuration says.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="section">The section, see <see cref="OrleansMqOptions"/>.</param>
    public static OrleansMqBuilder AddOrleansMq(this IServiceCollection services, IConfiguration section) =>
        Add(services, null, options => options.Bind(section));

    /// <summary>Adds a client as code says.</summary>
    public static OrleansMqBuilder AddOrleansMq(this IServiceCollection services, Action<OrleansMqOptions> configure) =>
        Add(services, null, options => options.Configure(configure));

    /// <summary>Adds a client beside others; it is asked for by its name, as a keyed service.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="name">The key.</param>
    /// <param name="servers">One or more brokers of the cluster as HOST:PORT, separated by commas.</param>
    public static OrleansMqBuilder AddOrleansMq(this IServiceCollection services, string name, string servers) =>
        services.AddOrleansMq(name, options => options.Servers = servers);

    /// <summary>The same as a section of the configuration says.</summary>
    public static OrleansMqBuilder AddOrleansMq(this IServiceCollection services, string name, IConfiguration section)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return Add(services, name, options => options.Bind(section));
    }

    /// <summary>The same as code says.</summary>
    public static OrleansMqBuilder AddOrleansMq(
        this IServiceCollection services, string name, Action<OrleansMqOptions> configure)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return Add(services, name, options => options.Configure(configure));
    }

    private static OrleansMqBuilder Add(
        IServiceCollection services, string? name, Action<OptionsBuilder<OrleansMqOptions>> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        var client = new ClientRegistration(name);
        OptionsBuilder<OrleansMqOptions> options = services.AddOptions<OrleansMqOptions>(client.OptionsName);
        configure(options);
        options.ValidateOnStart();
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<OrleansMqOptions>, OrleansMqOptionsValidator>());
        if (name is null)
            services.AddSingleton(client.Make);
        else
            services.AddKeyedSingleton(name, (provider, _) => client.Make(provider));
        return new OrleansMqBuilder(services, client);
    }
}

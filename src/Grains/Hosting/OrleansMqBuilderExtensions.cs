using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Serialization;
using OrleansMq.Gateway.Hosting;
using OrleansMq.Grains.Brokers;
using OrleansMq.Grains.Placement;
using OrleansMq.Grains.Storage;
using OrleansMq.Grains.Tunnels;

namespace OrleansMq.Grains.Hosting;

/// <summary>Adds OrleansMq to Orleans.</summary>
public static class OrleansMqBuilderExtensions
{
    /// <summary>
    /// Makes the silo a broker. The silo provides the grain storage <see cref="StateStorage.Name"/>, which all silos of
    /// the cluster share; <see cref="JsonStateSerializer"/> keeps its content readable.
    /// </summary>
    /// <param name="builder">The silo.</param>
    /// <param name="settings">The broker's options; checked now.</param>
    /// <exception cref="SettingsException">Some options are wrong; the message names all of them.</exception>
    public static ISiloBuilder AddOrleansMq(this ISiloBuilder builder, BrokerSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        settings.Check();
        AddSerialization(builder.Services);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(settings);
        builder.Services.AddSingleton<SiloLiveness>();
        builder.Services.AddSingleton<LocalBroker>();
        builder.Services.AddSingleton<TunnelTable>();
        builder.Services.AddSingleton<ISiloBroker>(services => services.GetRequiredService<LocalBroker>());
        builder.Services.AddSingleton<IConfigurationValidator, StorageValidator>();
        builder.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, BrokerLifetime>();
        builder.AddPlacementDirector<OwnedByBrokerPlacement, OwnedByBrokerDirector>();
        return builder.AddOutgoingGrainCallFilter<OwnerFollower>();
    }

    /// <summary>The same with options that are set in code.</summary>
    /// <param name="builder">The silo.</param>
    /// <param name="configure">Sets the options.</param>
    public static ISiloBuilder AddOrleansMq(this ISiloBuilder builder, Action<BrokerSettings> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var settings = new BrokerSettings();
        configure(settings);
        return builder.AddOrleansMq(settings);
    }

    /// <summary>Lets a client of the cluster use topics, groups and queues. A second call changes nothing.</summary>
    public static IClientBuilder AddOrleansMq(this IClientBuilder builder)
    {
        if (builder.Services.Any(service => service.ImplementationType == typeof(OwnerFollower)))
            return builder;

        AddSerialization(builder.Services);
        return builder.AddOutgoingGrainCallFilter<OwnerFollower>();
    }

    /// <summary>
    /// What the broker decides about travels as JSON: rare, small, and free of Orleans' attributes.
    /// </summary>
    private static void AddSerialization(IServiceCollection services) => services.AddSerializer(serializer =>
        serializer.AddJsonSerializer(type =>
            type.Namespace?.StartsWith("OrleansMq.Broker", StringComparison.Ordinal) == true
            || type.Namespace == "OrleansMq.Protocol.Bodies"));
}

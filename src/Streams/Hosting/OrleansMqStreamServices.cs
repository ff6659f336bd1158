using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Serialization;
using OrleansMq.Streams.Delivery;
using OrleansMq.Streams.Events;
using OrleansMq.Streams.Publishing;
using OrleansMq.Streams.Queues;
using OrleansMq.Streams.Topics;

namespace OrleansMq.Streams.Hosting;

/// <summary>What silos and clients have in common.</summary>
internal static class OrleansMqStreamServices
{
    /// <summary>Registers a provider's parts under its name.</summary>
    public static void Add(IServiceCollection services, string name, Action<OrleansMqStreamOptions> configure)
    {
        services.AddOptions<OrleansMqStreamOptions>(name).Configure(configure);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<Handshakes>();
        services.AddSingleton<IConfigurationValidator>(
            provider => new OrleansMqStreamsValidator(name, OptionsOf(provider, name)));
        services.AddKeyedSingleton(name, (provider, _) => new StreamTopics(
            name, GroupOf(provider, name), OptionsOf(provider, name), provider.GetRequiredService<IGrainFactory>()));
        services.AddSingleton(provider => provider.GetRequiredKeyedService<StreamTopics>(name));
        services.AddKeyedSingleton(name, (provider, _) => new StreamDoor(
            provider.GetRequiredKeyedService<StreamTopics>(name), provider.GetRequiredService<IGrainFactory>(),
            provider.GetRequiredService<ILogger<StreamDoor>>()));
        services.AddKeyedSingleton(name, (provider, _) => new EventBodies(
            provider.GetRequiredService<Serializer>(),
            provider.GetKeyedService<IEventSerializer>(name) ?? new JsonEventSerializer()));
        services.AddKeyedSingleton(name, (provider, _) => new StreamPublisher(
            provider.GetRequiredKeyedService<StreamTopics>(name), provider.GetRequiredKeyedService<EventBodies>(name),
            provider.GetRequiredService<IGrainFactory>()));
        services.AddKeyedSingleton(name, (_, _) => new StreamQueues());
        if (services.All(service => service.ImplementationType != typeof(DeliveryFilter)))
            services.AddSingleton<IOutgoingGrainCallFilter, DeliveryFilter>();
    }

    public static OrleansMqStreamOptions OptionsOf(IServiceProvider services, string name) =>
        services.GetRequiredService<IOptionsMonitor<OrleansMqStreamOptions>>().Get(name);

    /// <summary>The group of a provider: names of services may hold what names of groups may not.</summary>
    private static string GroupOf(IServiceProvider services, string name) =>
        OptionsOf(services, name).ConsumerGroup ?? string.Concat(
            $"{name}-{services.GetRequiredService<IOptions<ClusterOptions>>().Value.ServiceId}"
                .Select(one => char.IsAsciiLetterOrDigit(one) || one is '-' or '_' ? one : '_'));
}

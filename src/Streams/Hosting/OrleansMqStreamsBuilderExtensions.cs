using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime.Providers;
using OrleansMq.Grains.Brokers;
using OrleansMq.Grains.Hosting;
using OrleansMq.Streams;
using OrleansMq.Streams.Delivery;
using OrleansMq.Streams.Hosting;
using OrleansMq.Streams.Queues;
using OrleansMq.Streams.Topics;

// Where a caller looks for it.
namespace Orleans.Hosting;

/// <summary>Adds streams whose events are messages of OrleansMq.</summary>
public static class OrleansMqStreamsBuilderExtensions
{
    private static readonly TimeSpan ReadPause = TimeSpan.FromMilliseconds(10);

    /// <summary>
    /// Adds a stream provider. The silo is a broker, see <see cref="OrleansMqBuilderExtensions"/>, and has a grain
    /// storage named <c>PubSubStore</c> for the subscriptions.
    /// </summary>
    /// <param name="builder">The silo.</param>
    /// <param name="name">The provider's name.</param>
    /// <param name="configure">Sets the options; null for the defaults.</param>
    /// <param name="more">Sets what all of Orleans' persistent streams have in common; null for nothing.</param>
    public static ISiloBuilder AddOrleansMqStreams(
        this ISiloBuilder builder, string name, Action<OrleansMqStreamOptions>? configure = null,
        Action<ISiloPersistentStreamConfigurator>? more = null)
    {
        OrleansMqStreamServices.Add(builder.Services, name, configure ?? (_ => { }));
        var streams = new SiloPersistentStreamConfigurator(
            name, services => builder.ConfigureServices(services), Create);
        streams.ConfigurePartitionBalancing(
            (services, provider) => ActivatorUtilities.CreateInstance<OwnedQueueBalancer>(
                services, services.GetRequiredKeyedService<StreamTopics>(provider),
                services.GetRequiredService<LocalBroker>()));
        streams.ConfigureBackoffProvider(CreateBackoff);
        streams.ConfigurePullingAgent(agent => agent.Configure<IServiceProvider>((options, services) =>
        {
            options.GetQueueMsgsTimerPeriod = ReadPause;
            options.MaxEventDeliveryTime = OrleansMqStreamServices.OptionsOf(services, name).RetryFor;
        }));
        more?.Invoke(streams);
        return builder;
    }

    /// <summary>Adds a stream provider to a client, with the options that it has on the silos.</summary>
    /// <param name="builder">The client.</param>
    /// <param name="name">The provider's name.</param>
    /// <param name="configure">Sets the options; null for the defaults.</param>
    public static IClientBuilder AddOrleansMqStreams(
        this IClientBuilder builder, string name, Action<OrleansMqStreamOptions>? configure = null)
    {
        builder.AddOrleansMq();
        OrleansMqStreamServices.Add(builder.Services, name, configure ?? (_ => { }));
        _ = new ClusterClientPersistentStreamConfigurator(name, builder, Create);
        return builder;
    }

    private static StreamProviderFactory Create(IServiceProvider services, string name) =>
        new StreamProviderFactory(services, name);

    private static IMessageDeliveryBackoffProvider CreateBackoff(IServiceProvider services, string name)
    {
        OrleansMqStreamOptions options = OrleansMqStreamServices.OptionsOf(services, name);
        return new RetryBackoff(options.FirstRetryDelay, options.MaxRetryDelay);
    }
}

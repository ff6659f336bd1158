using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.TestingHost;
using OrleansMq.Client;
using OrleansMq.Client.Orleans;
using OrleansMq.Gateway.Hosting;
using OrleansMq.Grains.Brokers;
using OrleansMq.Grains.Hosting;
using OrleansMq.Grains.Storage;

namespace OrleansMq.Sdk.Tests;

/// <summary>A broker in a silo of its own, whose clients come through the Orleans cluster.</summary>
public sealed class SdkBroker : IAsyncDisposable
{
    private readonly BrokerSettings _settings;
    private readonly InProcessTestCluster _cluster;

    private SdkBroker(BrokerSettings settings)
    {
        _settings = settings;
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureSiloHost((_, host) => host.Logging.SetMinimumLevel(LogLevel.Warning));
        builder.ConfigureSilo((_, silo) =>
        {
            silo.AddOrleansMq(settings);
            silo.AddMemoryGrainStorage(StateStorage.Name);
        });
        builder.ConfigureClient(client => client.AddOrleansMq());
        _cluster = builder.Build();
    }

    /// <summary>The broker.</summary>
    public BrokerHost Host => Local.Host;

    /// <summary>Its name.</summary>
    public string Name => _settings.Broker.BrokerName;

    private LocalBroker Local => _cluster.Silos.Single().ServiceProvider.GetRequiredService<LocalBroker>();

    /// <summary>Starts a silo with a broker.</summary>
    public static SdkBroker Start(Action<BrokerSettings>? configure = null)
    {
        var settings = new BrokerSettings();
        settings.Store.Directory = Directory.CreateTempSubdirectory("omq-sdk-").FullName;
        settings.Store.CommitLogFileBytes = 16 * 1024 * 1024;
        settings.Store.IndexFileSlots = 10_000;
        settings.Store.IndexFileEntries = 40_000;
        settings.Gateway.Port = 0;
        configure?.Invoke(settings);
        settings.Check();
        var broker = new SdkBroker(settings);
        Task.Run(broker._cluster.DeployAsync).GetAwaiter().GetResult();
        return broker;
    }

    /// <summary>A client of the cluster.</summary>
    public OrleansMqClient Connect(Func<ClientOptions, ClientOptions>? configure = null)
    {
        var options = new ClientOptions { Transport = new OrleansTransport(_cluster.Client) };
        return new OrleansMqClient(configure is null ? options : configure(options));
    }

    /// <summary>Stops the broker and starts it again on its store, in the same silo.</summary>
    public async Task RestartAsync()
    {
        await StopAsync();
        await Local.RestartAsync(_settings, CancellationToken.None);
    }

    /// <summary>Stops the broker; its store and its silo stay.</summary>
    public async Task StopAsync()
    {
        await Local.LeaveAsync();
        await Local.CloseAsync();
    }

    /// <summary>Starts a stopped broker again.</summary>
    public void Resume() =>
        Task.Run(() => Local.RestartAsync(_settings, CancellationToken.None)).GetAwaiter().GetResult();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        Directory.Delete(_settings.Store.Directory, recursive: true);
    }
}

using System.Globalization;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.TestingHost;
using OrleansMq.BrokerProcesses;
using OrleansMq.Client;
using OrleansMq.Databases;
using OrleansMq.Gateway.Hosting;
using OrleansMq.Grains.Brokers;
using OrleansMq.Grains.Hosting;
using OrleansMq.Grains.Storage;

namespace OrleansMq.Cluster.Tests.TestCluster;

/// <summary>
/// Silos in this process, each a broker with a store of its own, with one SQLite file for the state of their grains.
/// </summary>
internal sealed class BrokerCluster : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TemporaryDirectory _directory = new();
    private readonly InProcessTestCluster _cluster;
    private readonly List<InProcessSiloHandle> _startedAgain = [];

    private BrokerCluster(
        int silos, Action<BrokerSettings>? configure, Database? database, Action<ISiloBuilder, Database>? configureSilo)
    {
        State = database ?? new Database(DatabaseKind.Sqlite, $"Data Source={Path.Combine(_directory.Path, "state.db")}");
        var builder = new InProcessTestClusterBuilder((short)silos);
        builder.Options.ServiceId = "tests";
        builder.ConfigureSiloHost((_, host) => host.Logging.SetMinimumLevel(LogLevel.Warning));
        builder.ConfigureSilo((options, silo) =>
        {
            silo.AddOrleansMq(SettingsOf(options.SiloName, configure));
            silo.AddAdoNetGrainStorage(StateStorage.Name, storage =>
            {
                storage.Invariant = State.Invariant;
                storage.ConnectionString = State.ConnectionString;
                storage.GrainStorageSerializer = new JsonStateSerializer();
            });
            configureSilo?.Invoke(silo, State);
            silo.Configure<ClusterMembershipOptions>(membership =>
            {
                membership.ProbeTimeout = TimeSpan.FromMilliseconds(300);
                membership.NumMissedProbesLimit = 2;
                membership.NumVotesForDeathDeclaration = 1;
            });
        });
        builder.ConfigureClient(client => client.AddOrleansMq());
        _cluster = builder.Build();
    }

    public Database State { get; }

    public IClusterClient Client => _cluster.Client;

    public IEnumerable<InProcessSiloHandle> Silos => _cluster.Silos.Concat(_startedAgain);

    public static async Task<BrokerCluster> StartAsync(
        int silos, Action<BrokerSettings>? configure = null, Database? database = null,
        Action<ISiloBuilder, Database>? configureSilo = null)
    {
        var cluster = new BrokerCluster(silos, configure, database, configureSilo);
        await DatabaseSchema.ApplyAsync(cluster.State);
        await cluster._cluster.DeployAsync();
        return cluster;
    }

    public static string BrokerOf(InProcessSiloHandle silo) => silo.Name.Replace("Silo_", "broker-", StringComparison.Ordinal);

    public InProcessSiloHandle SiloOf(string broker) => Silos.Single(silo => silo.IsActive && BrokerOf(silo) == broker);

    public static LocalBroker LocalOf(InProcessSiloHandle silo) => silo.ServiceProvider.GetRequiredService<LocalBroker>();

    /// <summary>What a broker's own silo uses to call grains.</summary>
    public static IGrainFactory GrainsOf(InProcessSiloHandle silo) => silo.ServiceProvider.GetRequiredService<IGrainFactory>();

    public BrokerSettings SettingsOf(string siloName, Action<BrokerSettings>? configure = null)
    {
        string name = siloName.Replace("Silo_", "broker-", StringComparison.Ordinal);
        var settings = new BrokerSettings();
        settings.Broker.BrokerName = name;
        settings.Broker.OffsetFlushInterval = TimeSpan.FromMilliseconds(100);
        settings.Store.Directory = Path.Combine(_directory.Path, name);
        settings.Store.CommitLogFileBytes = 4 * 1024 * 1024;
        settings.Store.MaxMessageBytes = 1024 * 1024;
        settings.Store.IndexFileSlots = 1_000;
        settings.Store.IndexFileEntries = 4_000;
        settings.Store.DiskCleanRatio = settings.Store.DiskFullRatio = 1;
        settings.Cluster.ViewRefreshInterval = TimeSpan.FromMilliseconds(500);
        settings.Cluster.OffsetSaveInterval = TimeSpan.FromMilliseconds(500);
        settings.Cluster.DrainGrace = TimeSpan.Zero;
        settings.Gateway.Port = FreePorts.Find();
        configure?.Invoke(settings);
        return settings;
    }

    /// <summary>A client of RocketMQ's protocol at one of the brokers.</summary>
    public Task<BrokerClient> ConnectAsync(string broker, string clientId = "client")
    {
        IPEndPoint endPoint = LocalOf(SiloOf(broker)).Host.EndPoint!;
        return BrokerClient.ConnectAsync(endPoint, new ClientOptions { ClientId = clientId });
    }

    /// <summary>Ends a silo without a word; the others find out.</summary>
    public async Task KillAsync(string broker)
    {
        await _cluster.KillSiloAsync(SiloOf(broker));
        await UntilAsync(() => Silos.Where(silo => silo.IsActive).All(silo => !LocalOf(silo).View.IsAlive(broker)));
    }

    /// <summary>Starts a silo again under the name of one that ended; its address is another.</summary>
    public async Task StartAgainAsync(string broker)
    {
        _startedAgain.Add(await _cluster.StartSiloAsync(
            int.Parse(broker["broker-".Length..], CultureInfo.InvariantCulture), _cluster.Options));
        await UntilAsync(() => Silos.Where(silo => silo.IsActive).All(silo => LocalOf(silo).View.IsAlive(broker)));
    }

    /// <summary>One silo more.</summary>
    public Task<InProcessSiloHandle> AddAsync() => _cluster.StartAdditionalSiloAsync();

    /// <summary>On which silo a grain lives; null while it does nowhere.</summary>
    public async Task<string?> SiloWithAsync(IAddressable grain)
    {
        SiloAddress? address = await Client.GetGrain<IManagementGrain>(0).GetActivationAddress(grain);
        return Silos.SingleOrDefault(silo => silo.IsActive && silo.SiloAddress.Equals(address)) is { } found
            ? BrokerOf(found)
            : null;
    }

    public static async Task UntilAsync(Func<bool> condition) =>
        await UntilAsync(() => Task.FromResult(condition()));

    public static async Task UntilAsync(Func<Task<bool>> condition)
    {
        long began = Environment.TickCount64;
        while (!await condition())
        {
            Assert.True(Environment.TickCount64 - began < Patience.TotalMilliseconds, "It did not come true in time.");
            await Task.Delay(20);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (InProcessSiloHandle silo in _startedAgain)
            await silo.DisposeAsync();
        await _cluster.DisposeAsync();
        _directory.Dispose();
    }
}

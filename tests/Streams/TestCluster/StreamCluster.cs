using System.Globalization;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Streams;
using Orleans.TestingHost;
using OrleansMq.BrokerProcesses;
using OrleansMq.Client;
using OrleansMq.Databases;
using OrleansMq.Gateway.Hosting;
using OrleansMq.Grains.Brokers;
using OrleansMq.Grains.Hosting;
using OrleansMq.Grains.Storage;
using OrleansMq.Streams.Queues;

namespace OrleansMq.Streams.Tests.TestCluster;

/// <summary>
/// Silos in this process with a broker each and the stream provider <see cref="Provider"/>, and a client of them. State of
/// grains, subscriptions among it, is in one SQLite file.
/// </summary>
internal sealed class StreamCluster : IAsyncDisposable
{
    public const string Provider = "mq";
    public const string Group = "mq-tests";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TemporaryDirectory _directory = new();
    private readonly InProcessTestCluster _cluster;
    private readonly List<InProcessSiloHandle> _startedAgain = [];

    private StreamCluster(int silos, StreamSetup setup)
    {
        State = new Database(DatabaseKind.Sqlite, $"Data Source={Path.Combine(_directory.Path, "state.db")}");
        var builder = new InProcessTestClusterBuilder((short)silos);
        builder.Options.ServiceId = "tests";
        builder.ConfigureSiloHost((_, host) => host.Logging.SetMinimumLevel(LogLevel.Warning));
        builder.ConfigureSilo((options, silo) =>
        {
            if (setup.Time is not null)
                silo.Services.AddSingleton(setup.Time);
            silo.AddOrleansMq(SettingsOf(options.SiloName));
            silo.AddAdoNetGrainStorage(StateStorage.Name, storage =>
            {
                storage.Invariant = State.Invariant;
                storage.ConnectionString = State.ConnectionString;
                storage.GrainStorageSerializer = new JsonStateSerializer();
            });
            silo.AddAdoNetGrainStorage("PubSubStore", storage =>
            {
                storage.Invariant = State.Invariant;
                storage.ConnectionString = State.ConnectionString;
            });
            silo.Configure<ClusterMembershipOptions>(membership =>
            {
                membership.ProbeTimeout = TimeSpan.FromMilliseconds(300);
                membership.NumMissedProbesLimit = 2;
                membership.NumVotesForDeathDeclaration = 1;
            });
            silo.AddOrleansMqStreams(Provider, streams => Configure(streams, setup));
            setup.Silo?.Invoke(silo);
        });
        builder.ConfigureClient(client =>
        {
            client.AddOrleansMqStreams(Provider, streams => Configure(streams, setup));
            setup.Client?.Invoke(client);
        });
        _cluster = builder.Build();
    }

    public Database State { get; }

    public IClusterClient Client => _cluster.Client;

    public IEnumerable<InProcessSiloHandle> Silos => _cluster.Silos.Concat(_startedAgain);

    public InProcessSiloHandle FirstSilo => Silos.First(silo => silo.IsActive);

    /// <summary>Silos with one queue a topic on each broker, unless the setup says otherwise.</summary>
    public static async Task<StreamCluster> StartAsync(int silos = 1, StreamSetup? setup = null)
    {
        var cluster = new StreamCluster(silos, setup ?? new StreamSetup());
        await DatabaseSchema.ApplyAsync(cluster.State);
        await cluster._cluster.DeployAsync();
        return cluster;
    }

    public static string BrokerOf(InProcessSiloHandle silo) => silo.Name.Replace("Silo_", "broker-", StringComparison.Ordinal);

    public InProcessSiloHandle SiloOf(string broker) => Silos.Single(silo => silo.IsActive && BrokerOf(silo) == broker);

    public static LocalBroker LocalOf(InProcessSiloHandle silo) => silo.ServiceProvider.GetRequiredService<LocalBroker>();

    /// <summary>A stream as the client sees it.</summary>
    public IAsyncStream<T> StreamOf<T>(string topic, string key, string provider = Provider) =>
        Client.GetStreamProvider(provider).GetStream<T>(StreamId.Create(topic, key));

    /// <summary>A client of RocketMQ's protocol at one of the brokers.</summary>
    public Task<BrokerClient> ConnectAsync(string broker = "broker-0")
    {
        IPEndPoint endPoint = LocalOf(SiloOf(broker)).Host.EndPoint!;
        return BrokerClient.ConnectAsync(endPoint, new ClientOptions { ClientId = "foreign" });
    }

    /// <summary>The queues that a silo reads, by their names.</summary>
    public static IEnumerable<string> QueuesReadBy(InProcessSiloHandle silo) => silo.ServiceProvider
        .GetRequiredKeyedService<StreamQueues>(Provider).All.Select(queue => queue.Log.Id.Key);

    /// <summary>Ends a silo properly.</summary>
    public Task StopAsync(string broker) => _cluster.StopSiloAsync(SiloOf(broker));

    /// <summary>Ends a silo without a word; the others find out.</summary>
    public async Task KillAsync(string broker)
    {
        await _cluster.KillSiloAsync(SiloOf(broker));
        await UntilAsync(
            () => Silos.Where(silo => silo.IsActive).All(silo => !LocalOf(silo).View.IsAlive(broker)), $"{broker} is gone");
    }

    /// <summary>Starts a silo again under the name of one that ended; its address is another.</summary>
    public async Task StartAgainAsync(string broker)
    {
        _startedAgain.Add(await _cluster.StartSiloAsync(
            int.Parse(broker["broker-".Length..], CultureInfo.InvariantCulture), _cluster.Options));
        await UntilAsync(
            () => Silos.Where(silo => silo.IsActive).All(silo => LocalOf(silo).View.IsAlive(broker)), $"{broker} is back");
    }

    public static Task UntilAsync(Func<bool> condition, string what) =>
        UntilAsync(() => Task.FromResult(condition()), () => what);

    public static Task UntilAsync(Func<bool> condition, Func<string> what) =>
        UntilAsync(() => Task.FromResult(condition()), what);

    public static async Task UntilAsync(Func<Task<bool>> condition, Func<string> what)
    {
        long began = Environment.TickCount64;
        while (!await condition())
        {
            if (Environment.TickCount64 - began > Patience.TotalMilliseconds)
                Assert.Fail($"It did not come true in time: {what()}");
            await Task.Delay(10);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (InProcessSiloHandle silo in _startedAgain)
            await silo.DisposeAsync();
        await _cluster.DisposeAsync();
        _directory.Dispose();
    }

    private BrokerSettings SettingsOf(string siloName)
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
        return settings;
    }

    private static void Configure(OrleansMqStreamOptions streams, StreamSetup setup)
    {
        streams.QueuesPerBroker = 1;
        streams.CheckpointInterval = TimeSpan.FromMilliseconds(100);
        streams.FirstRetryDelay = TimeSpan.FromMilliseconds(50);
        streams.RetryFor = TimeSpan.FromMilliseconds(600);
        setup.Streams?.Invoke(streams);
    }
}

/// <summary>What differs between the tests' clusters.</summary>
internal sealed record StreamSetup
{
    public Action<OrleansMqStreamOptions>? Streams { get; init; }

    public Action<ISiloBuilder>? Silo { get; init; }

    public Action<IClientBuilder>? Client { get; init; }

    /// <summary>The clock of the brokers.</summary>
    public TimeProvider? Time { get; init; }
}

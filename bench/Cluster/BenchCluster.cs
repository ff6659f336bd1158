using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OrleansMq.Client;
using OrleansMq.Databases;
using OrleansMq.Gateway.Hosting;
using OrleansMq.Grains.Hosting;
using OrleansMq.Grains.Storage;

namespace OrleansMq.Bench.Cluster;

/// <summary>Two silos, each a broker, and a client of the cluster, which speak to each other over loopback.</summary>
internal sealed class BenchCluster : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("omq-bench-").FullName;
    private readonly List<IHost> _hosts = [];
    private readonly int _primaryPort = FreePort();
    private readonly int _gatewayPort = FreePort();
    private IHost _clientHost = null!;

    /// <summary>What code in the silo of broker-0 uses.</summary>
    public IGrainFactory Near => _hosts[0].Services.GetRequiredService<IGrainFactory>();

    /// <summary>What code in the other silo uses.</summary>
    public IGrainFactory InCluster => _hosts[1].Services.GetRequiredService<IGrainFactory>();

    /// <summary>What a client of the cluster uses.</summary>
    public IClusterClient External => _clientHost.Services.GetRequiredService<IClusterClient>();

    public BrokerHost BrokerHost(int silo) => _hosts[silo].Services.GetRequiredService<ISiloBroker>().Host;

    /// <summary>What belongs to the silo of broker-0.</summary>
    public IServiceProvider NearServices => _hosts[0].Services;

    public static async Task<BenchCluster> StartAsync(
        string connectionString, int silos = 2, Action<ISiloBuilder>? configure = null)
    {
        var cluster = new BenchCluster();
        Database database = connectionString.Length == 0
            ? new Database(DatabaseKind.Sqlite, $"Data Source={Path.Combine(cluster._directory, "state.db")}")
            : new Database(DatabaseKind.PostgreSql, connectionString);
        await DatabaseSchema.ApplyAsync(database);
        for (int silo = 0; silo < silos; silo++)
            cluster._hosts.Add(await cluster.StartSiloAsync(silo, database, configure));
        cluster._clientHost = await cluster.StartClientAsync();
        return cluster;
    }

    /// <summary>A client of the broker's own listener.</summary>
    public Task<BrokerClient> ConnectAsync(int silo = 0) => BrokerClient.ConnectAsync(BrokerHost(silo).EndPoint!);

    public async ValueTask DisposeAsync()
    {
        foreach (IHost host in _hosts.AsEnumerable().Reverse().Prepend(_clientHost))
        {
            await host.StopAsync();
            host.Dispose();
        }

        Directory.Delete(_directory, recursive: true);
    }

    private async Task<IHost> StartSiloAsync(int number, Database database, Action<ISiloBuilder>? configure)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(
                number == 0 ? _primaryPort : FreePort(), number == 0 ? _gatewayPort : FreePort(),
                new IPEndPoint(IPAddress.Loopback, _primaryPort));
            silo.AddOrleansMq(settings =>
            {
                settings.Broker.BrokerName = $"broker-{number}";
                settings.Store.Directory = Path.Combine(_directory, $"broker-{number}");
                settings.Gateway.Port = 0;
            });
            silo.AddAdoNetGrainStorage(StateStorage.Name, storage =>
            {
                storage.Invariant = database.Invariant;
                storage.ConnectionString = database.ConnectionString;
                storage.GrainStorageSerializer = new JsonStateSerializer();
            });
            configure?.Invoke(silo);
        });
        IHost host = builder.Build();
        await host.StartAsync();
        return host;
    }

    private async Task<IHost> StartClientAsync()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.UseOrleansClient(client => client.UseLocalhostClustering(_gatewayPort).AddOrleansMq());
        IHost host = builder.Build();
        await host.StartAsync();
        return host;
    }

    private static int FreePort()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }
}

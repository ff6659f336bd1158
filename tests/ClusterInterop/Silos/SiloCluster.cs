using OrleansMq.BrokerProcesses;
using OrleansMq.Client;
using OrleansMq.Interop.Tests.Clients;

namespace OrleansMq.ClusterInterop.Tests.Silos;

/// <summary>Silos in processes of their own, with a PostgreSQL.</summary>
internal sealed class SiloCluster : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly Dictionary<string, (BrokerProcess Process, string[] Arguments)> _silos = [];
    private readonly List<NodeScript> _scripts = [];

    private SiloCluster(SiloDatabase database) => Database = database;

    public SiloDatabase Database { get; }

    /// <summary>What clients are told as name servers.</summary>
    public string[] NameServers => [.. _silos.Values.Select(silo => silo.Process.EndPoint.ToString())];

    public static async Task<SiloCluster> StartAsync(int silos)
    {
        var cluster = new SiloCluster(await SiloDatabase.StartAsync());
        for (int number = 0; number < silos; number++)
            await cluster.AddAsync($"broker-{number}");
        return cluster;
    }

    public string LogOf(string broker) => _silos[broker].Process.Log;

    public async Task AddAsync(string broker)
    {
        string[] arguments =
        [
            "--name", broker, .. Database.ArgumentsOfSilo(), "--OrleansMq:Store:CommitLogFileBytes=67108864",
            "--OrleansMq:Store:IndexFileSlots=100000", "--OrleansMq:Store:IndexFileEntries=400000",
        ];
        await StartAsync(broker, 0, arguments);
    }

    /// <summary>Ends a silo as <c>kill -9</c> does.</summary>
    public Task KillAsync(string broker) => _silos[broker].Process.KillAsync();

    /// <summary>Starts a silo again on its store, with the same ports.</summary>
    public async Task StartAgainAsync(string broker)
    {
        (BrokerProcess process, string[] arguments) = _silos[broker];
        int port = process.EndPoint.Port;
        await process.DisposeAsync();
        await StartAsync(broker, port, arguments);
    }

    public Task<BrokerClient> ConnectAsync(string broker) =>
        BrokerClient.ConnectAsync(_silos[broker].Process.EndPoint);

    /// <summary>Starts a script that knows all silos as name servers.</summary>
    public NodeScript Start(string script, Dictionary<string, object?> parameters)
    {
        parameters["nameServer"] = NameServers;
        NodeScript started = NodeScript.Start(
            script, parameters, () => string.Join("\n", _silos.Select(silo => $"--- {silo.Key}\n{silo.Value.Process.Log}")));
        _scripts.Add(started);
        return started;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (NodeScript script in _scripts)
            await script.DisposeAsync();
        foreach ((BrokerProcess process, _) in _silos.Values)
            await process.DisposeAsync();
        await Database.DisposeAsync();
        _directory.Dispose();
    }

    private async Task StartAsync(string broker, int port, string[] arguments) => _silos[broker] = (
        await BrokerProcess.StartAsync(Path.Combine(_directory.Path, broker), port, arguments), arguments);
}

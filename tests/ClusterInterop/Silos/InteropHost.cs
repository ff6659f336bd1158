using OrleansMq.BrokerProcesses;
using OrleansMq.ClusterInterop.Tests.Silos;

namespace OrleansMq.Interop.Tests.Clients;

/// <summary>What the silo of the interop tests needs besides itself: a PostgreSQL, and two silos more.</summary>
public sealed class InteropHost : IAsyncDisposable
{
    /// <summary>How many brokers there are, so that a topic has as many times its queues.</summary>
    public const int Brokers = 3;

    /// <summary>The broker to which messages go whose order, or place, the tests look at.</summary>
    public const string? FirstBroker = "broker-a";

    private readonly SiloDatabase _database;
    private readonly TemporaryDirectory _directory = new();
    private readonly List<BrokerProcess> _others = [];

    private InteropHost(SiloDatabase database)
    {
        _database = database;
        Arguments = database.ArgumentsOfSilo();
    }

    /// <summary>More of the silo's command line.</summary>
    public IReadOnlyList<string> Arguments { get; }

    public static async Task<InteropHost> StartAsync(string[] arguments)
    {
        var host = new InteropHost(await SiloDatabase.StartAsync());
        for (int number = 2; number <= Brokers; number++)
        {
            string name = $"broker-{number}";
            string[] all = ["--name", name, .. arguments, .. host._database.ArgumentsOfSilo()];
            host._others.Add(await BrokerProcess.StartAsync(Path.Combine(host._directory.Path, name), 0, all));
        }

        return host;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (BrokerProcess other in _others)
            await other.DisposeAsync();
        await _database.DisposeAsync();
        _directory.Dispose();
    }
}

using OrleansMq.ClusterInterop.Tests.Silos;

namespace OrleansMq.Interop.Tests.Clients;

/// <summary>What the silo of the interop tests needs besides itself: a PostgreSQL with the tables, and two ports.</summary>
public sealed class InteropHost : IAsyncDisposable
{
    private readonly SiloDatabase _database;

    private InteropHost(SiloDatabase database)
    {
        _database = database;
        Arguments = database.ArgumentsOfSilo();
    }

    /// <summary>More of the silo's command line.</summary>
    public IReadOnlyList<string> Arguments { get; }

    public static async Task<InteropHost> StartAsync() => new(await SiloDatabase.StartAsync());

    public ValueTask DisposeAsync() => _database.DisposeAsync();
}

using OrleansMq.BrokerProcesses;
using OrleansMq.Databases;
using OrleansMq.Postgres;

namespace OrleansMq.ClusterInterop.Tests.Silos;

/// <summary>A PostgreSQL server with a database for one cluster.</summary>
internal sealed class SiloDatabase : IAsyncDisposable
{
    private SiloDatabase(PostgresServer server, string connectionString)
    {
        Server = server;
        ConnectionString = connectionString;
    }

    public PostgresServer Server { get; }

    public string ConnectionString { get; }

    public static async Task<SiloDatabase> StartAsync()
    {
        PostgresServer server = await PostgresServer.LaunchAsync();
        string connectionString = await server.CreateDatabaseAsync();
        await DatabaseSchema.ApplyAsync(new Database(DatabaseKind.PostgreSql, connectionString));
        return new SiloDatabase(server, connectionString);
    }

    /// <summary>The command line of a silo of the cluster, with ports of its own.</summary>
    public string[] ArgumentsOfSilo() =>
    [
        "--database", ConnectionString, "--silo-port", $"{FreePorts.Find()}",
        "--gateway-port", $"{FreePorts.Find()}",
    ];

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}

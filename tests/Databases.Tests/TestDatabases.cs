using System.Diagnostics.CodeAnalysis;
using OrleansMq.BrokerProcesses;
using OrleansMq.Postgres;

namespace OrleansMq.Databases.Tests;

/// <summary>A PostgreSQL server and a directory for SQLite files, for all tests of a class.</summary>
[SuppressMessage("Design", "CA1001", Justification = "xunit calls DisposeAsync.")]
public sealed class TestDatabases : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private int _files;

    public PostgresServer Server { get; private set; } = null!;

    public async Task InitializeAsync() => Server = await PostgresServer.LaunchAsync();

    public async Task DisposeAsync()
    {
        await Server.DisposeAsync();
        _directory.Dispose();
    }

    /// <summary>An empty database.</summary>
    public async Task<Database> CreateAsync(DatabaseKind kind) => new(
        kind,
        kind == DatabaseKind.PostgreSql
            ? await Server.CreateDatabaseAsync()
            : $"Data Source={Path.Combine(_directory.Path, $"{Interlocked.Increment(ref _files)}", "omq.db")}");

    /// <summary>A database with its tables.</summary>
    public async Task<Database> CreateAppliedAsync(DatabaseKind kind)
    {
        Database database = await CreateAsync(kind);
        await DatabaseSchema.ApplyAsync(database);
        return database;
    }
}

using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace OrleansMq.Databases;

/// <summary>A database by its connection string. Opens nothing until it is asked to.</summary>
public sealed class Database
{
    private readonly DbConnectionStringBuilder _connection;

    /// <summary>
    /// Reads the connection string. A PostgreSQL one that does not say otherwise waits 5 s for a connection, 10 s for a
    /// command, and opens at most 20 connections.
    /// </summary>
    /// <exception cref="ArgumentException">It cannot be read; the message says why, without its content.</exception>
    public Database(DatabaseKind kind, string connectionString)
    {
        Kind = kind;
        try
        {
            _connection = kind == DatabaseKind.Sqlite
                ? new SqliteConnectionStringBuilder(connectionString)
                : WithLimits(new NpgsqlConnectionStringBuilder(connectionString));
        }
        catch (Exception cause) when (cause is ArgumentException or FormatException or KeyNotFoundException)
        {
            throw new ArgumentException(
                $"The connection string is none of {kind}: it must be of the form {Example}.",
                nameof(connectionString));
        }
    }

    /// <summary>What it is.</summary>
    public DatabaseKind Kind { get; }

    /// <summary>The connection string, with its password.</summary>
    public string ConnectionString => _connection.ConnectionString;

    /// <summary>The name by which Orleans finds the driver.</summary>
    public string Invariant => Kind == DatabaseKind.Sqlite ? "System.Data.SQLite" : "Npgsql";

    private string Example => Kind == DatabaseKind.Sqlite
        ? "Data Source=/path/to/file.db"
        : "Host=db.example.org;Database=orleansmq;Username=omq;Password=...";

    /// <summary>Which database it is, for people; without its password.</summary>
    public override string ToString() => _connection is NpgsqlConnectionStringBuilder server
        ? $"the PostgreSQL database '{server.Database ?? server.Username}' on {server.Host}:{server.Port}"
        : $"the SQLite file {((SqliteConnectionStringBuilder)_connection).DataSource}";

    /// <summary>
    /// Shorter waits and fewer connections than the driver's own defaults, which suit one program alone.
    /// </summary>
    private static NpgsqlConnectionStringBuilder WithLimits(NpgsqlConnectionStringBuilder server)
    {
        if (!server.ShouldSerialize("Timeout"))
            server.Timeout = 5;
        if (!server.ShouldSerialize("Command Timeout"))
            server.CommandTimeout = 10;
        if (!server.ShouldSerialize("Maximum Pool Size"))
            server.MaxPoolSize = 20;
        return server;
    }

    internal async Task<DbConnection> OpenAsync(CancellationToken cancellationToken)
    {
        if (_connection is SqliteConnectionStringBuilder file)
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file.DataSource))!);
        DbConnection connection = Kind == DatabaseKind.Sqlite
            ? new SqliteConnection(ConnectionString)
            : new NpgsqlConnection(ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}

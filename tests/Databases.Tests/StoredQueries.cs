using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace OrleansMq.Databases.Tests;

/// <summary>Runs stored queries as Orleans does: looked up by key, parameters by name.</summary>
internal sealed class StoredQueries : IAsyncDisposable
{
    private readonly DbConnection _connection;

    private StoredQueries(DbConnection connection) => _connection = connection;

    public static async Task<StoredQueries> OpenAsync(Database database)
    {
        DbConnection connection = database.Kind == DatabaseKind.PostgreSql
            ? new NpgsqlConnection(database.ConnectionString)
            : new SqliteConnection(database.ConnectionString);
        await connection.OpenAsync();
        return new StoredQueries(connection);
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    public async Task<IReadOnlyList<IReadOnlyDictionary<string, object?>>> RunAsync(
        string key, params (string Name, object? Value)[] parameters)
    {
        await using DbCommand command = _connection.CreateCommand();
        command.CommandText = await TextOfAsync(key);
        foreach ((string name, object? value) in parameters)
        {
            DbParameter parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Value = value ?? DBNull.Value;
            command.Parameters.Add(parameter);
        }

        var rows = new List<IReadOnlyDictionary<string, object?>>();
        await using DbDataReader reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            rows.Add(Enumerable.Range(0, reader.FieldCount).ToDictionary(
                reader.GetName, column => reader.IsDBNull(column) ? null : reader.GetValue(column),
                StringComparer.OrdinalIgnoreCase));
        }

        return rows;
    }

    /// <summary>The only number of the only row; 0 and more.</summary>
    public async Task<long> CountAsync(string key, params (string Name, object? Value)[] parameters) =>
        Convert.ToInt64((await RunAsync(key, parameters)).Single().Values.Single(), null);

    public async Task<string> TextOfAsync(string key)
    {
        await using DbCommand command = _connection.CreateCommand();
        command.CommandText = $"SELECT QueryText FROM OrleansQuery WHERE QueryKey = '{key}'";
        return (string)(await command.ExecuteScalarAsync())!;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using DbCommand command = _connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }
}

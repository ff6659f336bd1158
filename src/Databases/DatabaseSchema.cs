using System.Data.Common;
using System.Security.Cryptography;
using System.Text;

namespace OrleansMq.Databases;

/// <summary>The tables and queries that Orleans needs, from the scripts in <c>deploy/sql</c>.</summary>
public static class DatabaseSchema
{
    /// <summary>Any number that no other program locks in the same database.</summary>
    private const long AdvisoryLock = 0x6F6D_7173_716C;

    /// <summary>
    /// Makes the tables that are missing and replaces the queries, in one transaction. May be called again, and by
    /// several at once; nothing that is stored is touched.
    /// </summary>
    /// <exception cref="DbException">The database cannot be reached or refuses.</exception>
    public static async Task ApplyAsync(Database database, CancellationToken cancellationToken = default)
    {
        DbConnection connection = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        if (database.Kind == DatabaseKind.Sqlite)
            await ExecuteAsync(connection, "PRAGMA journal_mode = WAL", cancellationToken).ConfigureAwait(false);

        DbTransaction transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = transaction.ConfigureAwait(false);
        if (database.Kind == DatabaseKind.PostgreSql)
        {
            await ExecuteAsync(connection, $"SELECT pg_advisory_xact_lock({AdvisoryLock})", cancellationToken)
                .ConfigureAwait(false);
        }

        foreach (string script in ScriptsFor(database.Kind))
            await ExecuteAsync(connection, script, cancellationToken).ConfigureAwait(false);
        await ExecuteAsync(connection, StampOf(database.Kind), cancellationToken).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// What keeps a silo from using the database: null when nothing does, else a sentence that says what to do.
    /// </summary>
    public static async Task<string?> FindProblemAsync(Database database, CancellationToken cancellationToken = default)
    {
        try
        {
            DbConnection connection = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
            await using var _ = connection.ConfigureAwait(false);
            return await ReadStampAsync(connection, cancellationToken).ConfigureAwait(false) == HashOf(database.Kind)
                ? null
                : $"{Capital(database)} lacks the tables or queries of this version. Apply them with: "
                    + "omq-silo database apply";
        }
        catch (DbException cause)
        {
            return $"{Capital(database)} cannot be used: {cause.Message} Check the connection string and the server.";
        }
    }

    private static async Task<string?> ReadStampAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            using DbCommand command = connection.CreateCommand();
            command.CommandText = "SELECT script_hash FROM omq_schema";
            return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) as string;
        }
        catch (DbException)
        {
            // There is no such table.
            return null;
        }
    }

    private static string StampOf(DatabaseKind kind) => $"""
        CREATE TABLE IF NOT EXISTS omq_schema (id integer PRIMARY KEY, script_hash varchar(64) NOT NULL);
        INSERT INTO omq_schema (id, script_hash) VALUES (1, '{HashOf(kind)}')
        ON CONFLICT (id) DO UPDATE SET script_hash = excluded.script_hash;
        """;

    private static string HashOf(DatabaseKind kind) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(ScriptsFor(kind)))));

    private static IEnumerable<string> ScriptsFor(DatabaseKind kind) => kind == DatabaseKind.Sqlite
        ? [Script("sqlite/persistence")]
        : [Script("postgresql/clustering"), Script("postgresql/persistence"), Script("postgresql/reminders")];

    private static string Script(string name)
    {
        using Stream stream = typeof(DatabaseSchema).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The script '{name}' was not built in.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static async Task ExecuteAsync(DbConnection connection, string sql, CancellationToken cancellationToken)
    {
        using DbCommand command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private static string Capital(Database database)
    {
        string name = database.ToString();
        return char.ToUpperInvariant(name[0]) + name[1..];
    }
}

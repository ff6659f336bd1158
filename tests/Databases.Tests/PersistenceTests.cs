using System.Text;

namespace OrleansMq.Databases.Tests;

public sealed class PersistenceTests(TestDatabases databases) : IClassFixture<TestDatabases>
{
    [Theory]
    [InlineData(DatabaseKind.PostgreSql)]
    [InlineData(DatabaseKind.Sqlite)]
    public async Task Write_SucceedsOnlyOnTheVersionThatIsStored(DatabaseKind kind)
    {
        await using StoredQueries queries = await StoredQueries.OpenAsync(await databases.CreateAppliedAsync(kind));
        Assert.Empty(await ReadAsync(queries, "k"));
        Assert.Null(await WriteAsync(queries, "k", 3, "never read"));
        Assert.Equal(1, await WriteAsync(queries, "k", null, "first"));
        Assert.Null(await WriteAsync(queries, "k", null, "second activation"));
        Assert.Equal(2, await WriteAsync(queries, "k", 1, "second"));
        Assert.Null(await WriteAsync(queries, "k", 1, "late"));
        Assert.Equal(("second", 2L), Content((await ReadAsync(queries, "k")).Single()));

        // Another key, even one that is null, is another row.
        Assert.Equal(1, await WriteAsync(queries, "other", null, "other"));
        Assert.Equal(1, await WriteAsync(queries, null, null, "without"));
        Assert.Null(await WriteAsync(queries, null, null, "again"));
        Assert.Equal(("without", 1L), Content((await ReadAsync(queries, null)).Single()));
    }

    [Theory]
    [InlineData(DatabaseKind.PostgreSql)]
    [InlineData(DatabaseKind.Sqlite)]
    public async Task Write_IsWonByOne_WhenSeveralAreFirst(DatabaseKind kind)
    {
        Database database = await databases.CreateAppliedAsync(kind);
        long?[] versions = await Task.WhenAll(Enumerable.Range(0, 8).Select(async number =>
        {
            await using StoredQueries queries = await StoredQueries.OpenAsync(database);
            return await WriteAsync(queries, "k", null, $"writer {number}");
        }));
        Assert.Equal(1, versions.Count(version => version == 1));
        Assert.Equal(7, versions.Count(version => version is null));
    }

    [Theory]
    [InlineData(DatabaseKind.PostgreSql, "ClearStorageKey")]
    [InlineData(DatabaseKind.Sqlite, "ClearStorageKey")]
    [InlineData(DatabaseKind.PostgreSql, "DeleteStorageKey")]
    [InlineData(DatabaseKind.Sqlite, "DeleteStorageKey")]
    public async Task ClearAndDelete_SucceedOnlyOnTheVersionThatIsStored(DatabaseKind kind, string key)
    {
        await using StoredQueries queries = await StoredQueries.OpenAsync(await databases.CreateAppliedAsync(kind));
        await WriteAsync(queries, "k", null, "first");
        Assert.Empty(await queries.RunAsync(key, [.. Key("k"), ("GrainStateVersion", 5)]));
        var cleared = await queries.RunAsync(key, [.. Key("k"), ("GrainStateVersion", 1)]);
        Assert.Equal(2, Convert.ToInt64(cleared.Single()["NewGrainStateVersion"], null));
        var left = await ReadAsync(queries, "k");
        if (key == "DeleteStorageKey")
            Assert.Empty(left);
        else
            Assert.Null(left.Single()["PayloadBinary"]);
    }

    internal static Task<IReadOnlyList<IReadOnlyDictionary<string, object?>>> ReadAsync(
        StoredQueries queries, string? grainKey) => queries.RunAsync("ReadFromStorageKey", Key(grainKey));

    private static async Task<long?> WriteAsync(StoredQueries queries, string? grainKey, int? version, string payload)
    {
        var rows = await queries.RunAsync(
            "WriteToStorageKey",
            [.. Key(grainKey), ("GrainStateVersion", version), ("PayloadBinary", Encoding.UTF8.GetBytes(payload))]);
        return rows.Count == 0 ? null : Convert.ToInt64(rows.Single()["NewGrainStateVersion"], null);
    }

    private static (string Payload, long Version) Content(IReadOnlyDictionary<string, object?> row) =>
        (Encoding.UTF8.GetString((byte[])row["PayloadBinary"]!), Convert.ToInt64(row["Version"], null));

    private static (string Name, object? Value)[] Key(string? grainKey) =>
    [
        ("ServiceId", "s"), ("GrainTypeHash", 1), ("GrainIdHash", 2), ("GrainIdN0", 3L), ("GrainIdN1", 4L),
        ("GrainTypeString", "t"), ("GrainIdExtensionString", grainKey),
    ];
}

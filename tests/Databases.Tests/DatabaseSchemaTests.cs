namespace OrleansMq.Databases.Tests;

public sealed class DatabaseSchemaTests(TestDatabases databases) : IClassFixture<TestDatabases>
{
    [Theory]
    [InlineData(DatabaseKind.PostgreSql)]
    [InlineData(DatabaseKind.Sqlite)]
    public async Task Apply_KeepsWhatIsStored_WhenItIsDoneAgain(DatabaseKind kind)
    {
        Database database = await databases.CreateAsync(kind);
        Assert.Contains("omq-silo database apply", await DatabaseSchema.FindProblemAsync(database), StringComparison.Ordinal);
        await DatabaseSchema.ApplyAsync(database);
        Assert.Null(await DatabaseSchema.FindProblemAsync(database));

        await using StoredQueries queries = await StoredQueries.OpenAsync(database);
        await queries.ExecuteAsync("INSERT INTO omq_grain_state VALUES ('s', 1, 2, 3, 4, 't', 'k', NULL, '2026-01-01', 7)");
        await queries.ExecuteAsync("UPDATE OrleansQuery SET QueryText = 'damaged'");
        await queries.ExecuteAsync("UPDATE omq_schema SET script_hash = 'old'");
        Assert.Contains("lacks the tables or queries of this version", await DatabaseSchema.FindProblemAsync(database), StringComparison.Ordinal);
        await DatabaseSchema.ApplyAsync(database);
        Assert.NotEqual("damaged", await queries.TextOfAsync("ReadFromStorageKey"));
        Assert.Equal(7, Convert.ToInt64((await PersistenceTests.ReadAsync(queries, "k")).Single()["Version"], null));
    }

    [Theory]
    [InlineData(DatabaseKind.PostgreSql)]
    [InlineData(DatabaseKind.Sqlite)]
    public async Task Apply_MayBeDoneBySeveralAtOnce(DatabaseKind kind)
    {
        Database database = await databases.CreateAsync(kind);
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => DatabaseSchema.ApplyAsync(database)));
        Assert.Null(await DatabaseSchema.FindProblemAsync(database));
    }

    [Fact]
    public async Task FindProblem_SaysWhichServerCannotBeReached_WithoutItsPassword()
    {
        var database = new Database(DatabaseKind.PostgreSql, "Host=127.0.0.1;Port=1;Database=omq;Username=u;Password=hidden;Timeout=2");
        string problem = (await DatabaseSchema.FindProblemAsync(database))!;
        Assert.Contains("The PostgreSQL database 'omq' on 127.0.0.1:1 cannot be used", problem, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FindProblem_SaysThatADatabaseIsMissing()
    {
        var database = new Database(DatabaseKind.PostgreSql, databases.Server.ConnectionString("nowhere"));
        Assert.Contains("nowhere", await DatabaseSchema.FindProblemAsync(database), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(DatabaseKind.PostgreSql)]
    [InlineData(DatabaseKind.Sqlite)]
    public void Database_RefusesAStringThatIsNone_WithoutRepeatingIt(DatabaseKind kind)
    {
        ArgumentException refused = Assert.Throws<ArgumentException>(() => new Database(kind, "Password=hidden;Nonsense=1"));
        Assert.Contains("must be of the form", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", refused.Message, StringComparison.Ordinal);
    }
}

namespace OrleansMq.Databases.Tests;

public sealed class ClusteringTests(TestDatabases databases) : IClassFixture<TestDatabases>
{
    private const int Active = 3;
    private const int Dead = 6;

    private static readonly DateTime Now = new(2026, 11, 24, 12, 0, 0, DateTimeKind.Utc);

    [Fact]
    public async Task Insert_NeedsTheVersionThatWasRead_AndASiloThatIsNew()
    {
        await using StoredQueries queries = await OpenAsync();
        Assert.Equal(1, await queries.CountAsync("InsertMembershipVersionKey", Cluster));
        Assert.Equal(0, await queries.CountAsync("InsertMembershipVersionKey", Cluster));
        var nobody = (await queries.RunAsync("MembershipReadAllKey", Cluster)).Single();
        Assert.Equal((0, null), ((int)nobody["Version"]!, nobody["StartTime"]));

        Assert.Equal(0, await InsertAsync(queries, 1, version: 7));
        Assert.Equal(1, await InsertAsync(queries, 1, version: 0));
        Assert.Equal(0, await InsertAsync(queries, 2, version: 0));
        Assert.Equal(0, await InsertAsync(queries, 1, version: 1));
        Assert.Equal(1, await InsertAsync(queries, 2, version: 1));
        var all = await queries.RunAsync("MembershipReadAllKey", Cluster);
        Assert.Equal([1, 2], all.Select(row => (int)row["Generation"]!).Order());
        Assert.All(all, row => Assert.Equal((2, "host", "silo"), ((int)row["Version"]!, (string)row["HostName"]!, (string)row["SiloName"]!)));
    }

    [Fact]
    public async Task Insert_IsWonByOne_WhenSeveralReadTheSameVersion()
    {
        Database database = await databases.CreateAppliedAsync(DatabaseKind.PostgreSql);
        await using StoredQueries queries = await StoredQueries.OpenAsync(database);
        await queries.CountAsync("InsertMembershipVersionKey", Cluster);
        long[] inserted = await Task.WhenAll(Enumerable.Range(1, 8).Select(async generation =>
        {
            await using StoredQueries own = await StoredQueries.OpenAsync(database);
            return await InsertAsync(own, generation, version: 0);
        }));
        Assert.Equal(1, inserted.Sum());
        Assert.Single(await queries.RunAsync("MembershipReadAllKey", Cluster));
    }

    [Fact]
    public async Task Update_NeedsTheVersionThatWasRead_AndASiloThatIsThere()
    {
        await using StoredQueries queries = await OpenAsync();
        await queries.CountAsync("InsertMembershipVersionKey", Cluster);
        await InsertAsync(queries, 1, version: 0);
        Assert.Equal(0, await UpdateAsync(queries, 1, Active, version: 0));
        Assert.Equal(0, await UpdateAsync(queries, 9, Active, version: 1));
        Assert.Equal(1, await UpdateAsync(queries, 1, Active, version: 1, "S1:1@1,2026-01-01"));
        var row = (await queries.RunAsync("MembershipReadRowKey", [.. Cluster, .. Silo(1)])).Single();
        Assert.Equal((Active, 2, "S1:1@1,2026-01-01"), ((int)row["Status"]!, (int)row["Version"]!, (string)row["SuspectTimes"]!));
        var absent = (await queries.RunAsync("MembershipReadRowKey", [.. Cluster, .. Silo(9)])).Single();
        Assert.Equal((2, null), ((int)absent["Version"]!, absent["StartTime"]));
    }

    [Fact]
    public async Task Gateways_AreTheActiveSilos()
    {
        await using StoredQueries queries = await OpenAsync();
        await queries.CountAsync("InsertMembershipVersionKey", Cluster);
        await InsertAsync(queries, 1, version: 0);
        await InsertAsync(queries, 2, version: 1);
        await UpdateAsync(queries, 2, Active, version: 2);
        var gateway = (await queries.RunAsync("GatewaysQueryKey", [.. Cluster, ("Status", Active)])).Single();
        Assert.Equal(("127.0.0.1", 30_000, 2), ((string)gateway["Address"]!, (int)gateway["ProxyPort"]!, (int)gateway["Generation"]!));
    }

    [Fact]
    public async Task Cleanup_TakesDeadSilosThatAreOldEnough()
    {
        await using StoredQueries queries = await OpenAsync();
        await queries.CountAsync("InsertMembershipVersionKey", Cluster);
        for (int generation = 1; generation <= 3; generation++)
            await InsertAsync(queries, generation, version: generation - 1);
        await UpdateAsync(queries, 1, Dead, version: 3);
        await UpdateAsync(queries, 2, Active, version: 4);
        await UpdateAsync(queries, 3, Dead, version: 5);
        await queries.RunAsync("UpdateIAmAlivetimeKey", [.. Cluster, .. Silo(3), ("IAmAliveTime", Now.AddDays(2))]);
        await queries.RunAsync("CleanupDefunctSiloEntriesKey", [.. Cluster, ("IAmAliveTime", Now.AddDays(1))]);
        var left = await queries.RunAsync("MembershipReadAllKey", Cluster);
        Assert.Equal([2, 3], left.Select(row => (int)row["Generation"]!).Order());

        await queries.RunAsync("DeleteMembershipTableEntriesKey", Cluster);
        Assert.Empty(await queries.RunAsync("MembershipReadAllKey", Cluster));
    }

    private static (string, object?)[] Cluster => [("DeploymentId", "c")];

    private static (string, object?)[] Silo(int generation) =>
        [("Address", "127.0.0.1"), ("Port", 11_111), ("Generation", generation)];

    private async Task<StoredQueries> OpenAsync() =>
        await StoredQueries.OpenAsync(await databases.CreateAppliedAsync(DatabaseKind.PostgreSql));

    private static Task<long> InsertAsync(StoredQueries queries, int generation, int version) => queries.CountAsync(
        "InsertMembershipKey",
        [
            .. Cluster, .. Silo(generation), ("SiloName", "silo"), ("HostName", "host"), ("Status", 1),
            ("ProxyPort", 30_000), ("StartTime", Now), ("IAmAliveTime", Now), ("Version", version),
        ]);

    private static Task<long> UpdateAsync(
        StoredQueries queries, int generation, int status, int version, string? suspects = null) => queries.CountAsync(
        "UpdateMembershipKey",
        [
            .. Cluster, .. Silo(generation), ("Status", status), ("SuspectTimes", suspects), ("IAmAliveTime", Now),
            ("Version", version),
        ]);
}

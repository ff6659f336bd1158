namespace OrleansMq.Databases.Tests;

public sealed class ReminderTests(TestDatabases databases) : IClassFixture<TestDatabases>
{
    private static readonly DateTime Now = new(2026, 11, 24, 12, 0, 0, DateTimeKind.Utc);

    [Fact]
    public async Task Upsert_GrowsTheVersion_AndDeleteNeedsIt()
    {
        await using StoredQueries queries = await OpenAsync();
        Assert.Equal(0, await UpsertAsync(queries, "a", "wake", 10));
        Assert.Equal(1, await UpsertAsync(queries, "a", "wake", 10));
        Assert.Equal(0, await UpsertAsync(queries, "a", "sleep", 10));
        var row = (await queries.RunAsync("ReadReminderRowKey", [.. Service, ("GrainId", "a"), ("ReminderName", "wake")])).Single();
        Assert.Equal(("a", 60_000L, 1), ((string)row["GrainId"]!, (long)row["Period"]!, (int)row["Version"]!));
        Assert.Equal(2, (await queries.RunAsync("ReadReminderRowsKey", [.. Service, ("GrainId", "a")])).Count);

        (string, object?)[] wake = [.. Service, ("GrainId", "a"), ("ReminderName", "wake")];
        Assert.Equal(0, await queries.CountAsync("DeleteReminderRowKey", [.. wake, ("Version", 0)]));
        Assert.Equal(1, await queries.CountAsync("DeleteReminderRowKey", [.. wake, ("Version", 1)]));
        await queries.RunAsync("DeleteReminderRowsKey", Service);
        Assert.Empty(await queries.RunAsync("ReadReminderRowsKey", [.. Service, ("GrainId", "a")]));
    }

    [Theory]
    [InlineData("ReadRangeRows1Key", -5, 5, "-5 excluded, 0, 5")]
    [InlineData("ReadRangeRows2Key", 5, -5, "max, min, -5")]
    public async Task Range_LeavesItsBeginOut_AndGoesOverTheEndOfTheRing(string key, int begin, int end, string expected)
    {
        await using StoredQueries queries = await OpenAsync();
        var hashes = new Dictionary<string, int> { ["-5"] = -5, ["0"] = 0, ["5"] = 5, ["max"] = int.MaxValue, ["min"] = int.MinValue };
        foreach ((string grain, int hash) in hashes)
            await UpsertAsync(queries, grain, "wake", hash);
        var rows = await queries.RunAsync(key, [.. Service, ("BeginHash", begin), ("EndHash", end)]);
        string[] wanted = [.. expected.Split(", ").Where(name => !name.EndsWith("excluded", StringComparison.Ordinal))];
        Assert.Equal(wanted.Order(), rows.Select(row => (string)row["GrainId"]!).Order());
    }

    private static (string, object?)[] Service => [("ServiceId", "s")];

    private async Task<StoredQueries> OpenAsync() =>
        await StoredQueries.OpenAsync(await databases.CreateAppliedAsync(DatabaseKind.PostgreSql));

    private static Task<long> UpsertAsync(StoredQueries queries, string grain, string name, int hash) => queries.CountAsync(
        "UpsertReminderRowKey",
        [
            .. Service, ("GrainId", grain), ("ReminderName", name), ("StartTime", Now), ("Period", 60_000),
            ("GrainHash", hash),
        ]);
}

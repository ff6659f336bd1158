using System.Text.Json;
using OrleansMq.Broker.KeyValues;

namespace OrleansMq.Broker.Tests.KeyValues;

public sealed class KeyValueTableTests
{
    private static readonly KeyValueOptions Options = new() { MaxEntries = 2, MaxValueLength = 20 };

    [Fact]
    public void Put_KeepsTheValueInItsNamespace()
    {
        KeyValueTable table = Put(Put(new KeyValueTable(), "one", "key", "first"), "two", "key", "second");

        Assert.Equal(("first", "second"), (table.Find("one", "key"), table.Find("two", "key")));
        Assert.Null(table.Find("one", "other"));
        Assert.Empty(table.List("three"));
        Assert.Equal("changed", Put(table, "one", "key", "changed").Find("one", "key"));
    }

    [Fact]
    public void Put_ChangesNothing_WhenTheValueIsTheSame()
    {
        KeyValueTable table = Put(new KeyValueTable(), "one", "key", "first");

        Assert.Same(table, Put(table, "one", "key", "first"));
    }

    [Fact]
    public void Delete_TakesTheNamespaceAlong_WhenItIsEmpty()
    {
        KeyValueTable table = Put(Put(new KeyValueTable(), "one", "a", "1"), "one", "b", "2");

        table = table.Delete("one", "a");
        Assert.Equal("2", table.Find("one", "b"));
        table = table.Delete("one", "b");
        Assert.Empty(table.Namespaces);
        Assert.Same(table, table.Delete("one", "b"));
    }

    [Fact]
    public void Put_IsRefused_BeyondTheLimits()
    {
        KeyValueTable table = Put(Put(new KeyValueTable(), "one", "a", "1"), "two", "b", "2");

        Assert.Contains("MaxEntries", Refusal(table, "one", "c", "3"), StringComparison.Ordinal);
        Assert.Equal("changed", Put(table, "two", "b", "changed").Find("two", "b"));
        Assert.Contains("20 are allowed", Refusal(table, "one", "a", new string('x', 21)), StringComparison.Ordinal);
        Assert.Contains("255 characters", Refusal(table, "one", new string('x', 256), "1"), StringComparison.Ordinal);
        Assert.Contains("255 characters", Refusal(table, new string('x', 256), "a", "1"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("broker-a:4", true)]
    [InlineData("broker-a:4;broker-b:12", true)]
    [InlineData("broker-a:4;", true)]
    [InlineData("", false)]
    [InlineData(";", false)]
    [InlineData("broker-a", false)]
    [InlineData("broker-a:", false)]
    [InlineData(":4", false)]
    [InlineData("broker-a:four", false)]
    [InlineData("broker-a:0", false)]
    [InlineData("broker-a:-1", false)]
    [InlineData("broker-a:4:5", false)]
    public void Put_ChecksTheQueuesOfOrderedTopics(string value, bool isTaken)
    {
        KeyValueTable table = new KeyValueTable().Put(
            OrderedTopics.Namespace, "Orders", value, new KeyValueOptions(), out string? problem);

        Assert.Equal(isTaken, problem is null);
        Assert.Equal(isTaken ? value : null, table.Find(OrderedTopics.Namespace, "Orders"));
    }

    [Fact]
    public void Json_GivesTheSameTable()
    {
        KeyValueTable table = Put(Put(new KeyValueTable(), "one", "Key", "1"), "one", "key", "\"2\"");

        KeyValueTable? read = JsonSerializer.Deserialize<KeyValueTable>(JsonSerializer.Serialize(table));

        Assert.Equal(("1", "\"2\""), (read!.Find("one", "Key"), read.Find("one", "key")));
    }

    private static KeyValueTable Put(KeyValueTable table, string space, string key, string value)
    {
        KeyValueTable changed = table.Put(space, key, value, Options, out string? problem);
        Assert.Null(problem);
        return changed;
    }

    private static string Refusal(KeyValueTable table, string space, string key, string value)
    {
        Assert.Same(table, table.Put(space, key, value, Options, out string? problem));
        return problem!;
    }
}

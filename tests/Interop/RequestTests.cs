using System.Text;
using OrleansMq.Interop.Tests.Clients;

namespace OrleansMq.Interop.Tests;

/// <summary>Requests that ali-ons can only send by hand: unknown ones and look-ups.</summary>
public sealed class RequestTests(InteropBroker broker) : IClassFixture<InteropBroker>
{
    [Fact]
    public async Task Request_IsAnsweredWithCode3AndTheConnectionLives_WhenItIsUnknown()
    {
        ScriptEvent unknown = await broker.RequestAsync(99_999, new { });
        ScriptEvent next = await broker.RequestAsync(105, new { topic = "TBW102" });

        Assert.Equal(3, unknown.ResponseCode);
        Assert.Contains("99999", unknown.Message);
        Assert.Equal(0, next.ResponseCode);
    }

    [Fact]
    public async Task Lookup_FindsTheMessage_WhenItIsAskedByPosition()
    {
        string topic = await broker.CreateTopicAsync("look-up-position");
        ScriptEvent sent = (await broker.SendAsync(topic, new { text = "look here" }))[0];

        ScriptEvent found = await broker.RequestAsync(33, new { offset = BodyTests.PhysicalOffsetOf(sent) });

        Assert.Equal(0, found.ResponseCode);
        Assert.Contains("look here", Encoding.UTF8.GetString(found.Body!));
    }

    [Fact]
    public async Task Lookup_FindsTheMessages_WhenItIsAskedByKey()
    {
        string topic = await broker.CreateTopicAsync("look-up-key");
        await broker.SendAsync(
            topic, new { text = "first", keys = new[] { "a", "b" } }, new { text = "second", keys = new[] { "b" } },
            new { text = "third", keys = new[] { "c" } });

        string found = await FindAsync(topic, "b");

        Assert.Contains("first", found);
        Assert.Contains("second", found);
        Assert.DoesNotContain("third", found);
    }

    [Fact]
    public async Task Lookup_FindsTheMessageOnce_WhenItRepeatsAKey()
    {
        string topic = await broker.CreateTopicAsync("look-up-repeated");
        await broker.SendAsync(topic, new { text = "<once>", keys = new[] { "again", "again" } });

        string found = await FindAsync(topic, "again");

        Assert.Equal(2, found.Split("<once>").Length);
    }

    [Fact]
    public async Task Lookup_IsAnsweredWithNotFound_WhenNoMessageHasTheKey()
    {
        string topic = await broker.CreateTopicAsync("look-up-nothing");

        ScriptEvent response = await broker.RequestAsync(12, Query(topic, "nobody"));

        Assert.Equal(22, response.ResponseCode);
        Assert.Contains("nobody", response.Message);
    }

    private async Task<string> FindAsync(string topic, string key)
    {
        ScriptEvent response = await broker.RequestAsync(12, Query(topic, key));
        Assert.Equal(0, response.ResponseCode);
        return Encoding.UTF8.GetString(response.Body!);
    }

    private static object Query(string topic, string key) => new
    {
        topic, key, maxNum = 32, beginTimestamp = 0, endTimestamp = long.MaxValue / 1_000_000,
    };
}

using OrleansMq.Interop.Tests.Clients;

namespace OrleansMq.Interop.Tests;

/// <summary>Topics that do not exist, or no longer.</summary>
public sealed class TopicTests(InteropBroker broker) : IClassFixture<InteropBroker>
{
    [Fact]
    public async Task Send_CreatesTheTopic_WhenItIsUnknown()
    {
        ScriptEvent sent = await TrySendRawAsync(broker, "made-by-sending");

        ScriptEvent route = await broker.RequestAsync(105, new { topic = "made-by-sending" });

        Assert.Equal(0, sent.ResponseCode);
        Assert.Equal(0, route.ResponseCode);
        Assert.Equal(4, route.ReadJson().GetProperty("queueDatas")[0].GetProperty("writeQueueNums").GetInt32());
    }

    [Fact]
    public async Task Send_IsRefusedWithAReason_WhenTopicsAreNotCreatedAutomatically()
    {
        await using var strict = new StrictBroker();
        await strict.InitializeAsync();

        ScriptEvent refused = await TrySendRawAsync(strict, "not-made");
        ScriptEvent route = await strict.RequestAsync(105, new { topic = "not-made" });
        ScriptEvent template = await strict.RequestAsync(105, new { topic = "TBW102" });

        Assert.Equal(17, refused.ResponseCode);
        Assert.Contains("not-made", refused.Message);
        Assert.Equal(17, route.ResponseCode);
        Assert.Equal(17, template.ResponseCode);
    }

    /// <summary>Offsets go on where the deleted topic's ended, so that a client with an old offset misses nothing.</summary>
    [Fact]
    public async Task Delete_HidesTheOldMessages_WhenTheTopicIsMadeAgain()
    {
        string topic = await broker.CreateTopicAsync("deleted");
        await broker.SendAsync(topic, new { text = "old" });

        ScriptEvent deleted = await broker.RequestAsync(215, new { topic });
        ScriptEvent route = await broker.RequestAsync(105, new { topic });
        await broker.CreateTopicAsync(topic);
        ScriptEvent sent = (await broker.SendAsync(topic, new { text = "new" }))[0];
        NodeScript consumer = await broker.ConsumeAsync(topic, "deleted-group");
        IReadOnlyList<ScriptEvent> received = await consumer.WaitForAsync("message");

        Assert.Equal(0, deleted.ResponseCode);
        Assert.Equal(17, route.ResponseCode);
        Assert.Equal(1, sent.Offset);
        Assert.Equal("new", Assert.Single(received).Text);
    }

    [Fact]
    public async Task Delete_StaysDeleted_WhenTheBrokerIsKilled()
    {
        string topic = await broker.CreateTopicAsync("deleted-killed");
        await broker.SendAsync(topic, new { text = "old" });
        await broker.RequestAsync(215, new { topic });

        await broker.KillAndRestartAsync();
        await broker.CreateTopicAsync(topic);
        ScriptEvent sent = (await broker.SendAsync(topic, new { text = "new" }))[0];

        ScriptEvent max = await broker.RequestAsync(30, new { topic, queueId = 0 });
        Assert.Equal((sent.Offset + 1).ToString(), max.Field("offset"));
        NodeScript consumer = await broker.ConsumeAsync(topic, "deleted-killed-group");
        Assert.Equal("new", Assert.Single(await consumer.WaitForAsync("message")).Text);
    }

    private static Task<ScriptEvent> TrySendRawAsync(InteropBroker broker, string topic) => broker.RequestAsync(
        310, new { a = "raw-producers", b = topic, c = "TBW102", d = 4, e = 0, f = 0, g = 1, h = 0, i = "", j = 0, k = false },
        body: "raw");

    private sealed class StrictBroker() : InteropBroker("--OrleansMq:Broker:AutoCreateTopics=false"), IAsyncDisposable
    {
        async ValueTask IAsyncDisposable.DisposeAsync() => await DisposeAsync();
    }
}

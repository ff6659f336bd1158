using System.Text;
using Orleans.Streams;
using OrleansMq.Client;
using OrleansMq.Client.Receiving;
using OrleansMq.Streams.Tests.Grains;
using OrleansMq.Streams.Tests.TestCluster;

namespace OrleansMq.Streams.Tests;

public sealed class ForeignMessageTests(OneSilo silo) : IClassFixture<OneSilo>
{
    private StreamCluster Cluster => silo.Cluster;

    [Fact]
    public async Task Message_IsAnEventOfItsKey_WhenAnotherClientPublishesIt()
    {
        await Grain("from-outside").Subscribe("Outside", "4711");
        await using BrokerClient client = await Cluster.ConnectAsync();

        await client.PublishAsync("Outside", "4711", "1");
        await client.PublishAsync("Outside", "4712", "-1");
        await client.PublishAsync("Outside", "4711", "2");
        await Seen.AssertAsync("from-outside", 1, 2);
    }

    [Fact]
    public async Task Message_IsAnEventOfItsQueue_WhenItHasNoKey()
    {
        await Grain("keyless").Subscribe("Keyless", "broker-0/0");
        await using BrokerClient client = await Cluster.ConnectAsync();

        await client.PublishAsync("Keyless", null, "5");
        await Seen.AssertAsync("keyless", 5);
    }

    [Fact]
    public async Task Message_IsReadAsWhatTheSubscriberAsksFor_WhenItsBodyIsPlain()
    {
        StreamSubscriptionHandle<string> texts = await Cluster.StreamOf<string>("Plain", "text")
            .SubscribeAsync((item, _) => NoteAsync("texts", item));
        StreamSubscriptionHandle<byte[]> bytes = await Cluster.StreamOf<byte[]>("Plain", "bytes")
            .SubscribeAsync((item, _) => NoteAsync("bytes", Encoding.UTF8.GetString(item)));
        await using BrokerClient client = await Cluster.ConnectAsync();

        // Long enough to be compressed on its way.
        string text = new('x', 10_000);
        await client.PublishAsync("Plain", "text", text);
        await client.PublishAsync("Plain", "bytes", text);
        await Seen.AssertAsync("texts", text);
        await Seen.AssertAsync("bytes", text);
        await texts.UnsubscribeAsync();
        await bytes.UnsubscribeAsync();
    }

    [Fact]
    public async Task Message_BecomesADeadLetter_WhenItsBodyIsNotWhatTheSubscriberAsksFor()
    {
        await Grain("no-number").Subscribe("NoNumber", "1");
        await using BrokerClient client = await Cluster.ConnectAsync();

        await client.PublishAsync("NoNumber", "1", "seven");
        await client.PublishAsync("NoNumber", "1", "8");
        await Seen.AssertAsync("no-number", 8);
        ReceivedMessage letter = Assert.Single(
            await client.ReadAllAsync($"%DLQ%{StreamCluster.Group}"), one => one.Properties["DLQ_ORIGIN_TOPIC"] == "NoNumber");
        Assert.StartsWith("JsonException", letter.Properties["DLQ_ERROR"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Event_IsAMessageWithTheKey_WhenBytesArePublished()
    {
        await Cluster.StreamOf<byte[]>("Bytes", "k").OnNextBatchAsync(["one"u8.ToArray(), "two"u8.ToArray()]);

        await using BrokerClient client = await Cluster.ConnectAsync();
        List<ReceivedMessage> messages = await client.ReadAllAsync("Bytes");
        Assert.Equal(["one", "two"], messages.Select(message => Encoding.UTF8.GetString(message.Body.Span)));
        Assert.All(messages, message => Assert.Equal("k", message.Properties["__SHARDINGKEY"]));
    }

    [Fact]
    public async Task Event_WaitsUntilItIsDue_WhenItIsPublishedForLater()
    {
        await Grain("later").Subscribe("Later", "1");
        IAsyncStream<int> stream = Cluster.StreamOf<int>("Later", "1");
        DateTimeOffset due = DateTimeOffset.UtcNow.AddSeconds(2);

        await stream.OnNextAsync(2, due);
        await stream.OnNextAsync(1);
        await Seen.AssertAsync("later", 1);
        await Seen.AssertAsync("later", 1, 2);
        Assert.True(DateTimeOffset.UtcNow >= due, "It came before it was due.");
    }

    private static Task NoteAsync(string name, string item)
    {
        Seen.Note(name, item);
        return Task.CompletedTask;
    }

    private ISubscriberGrain Grain(string name) => Cluster.Client.GetGrain<ISubscriberGrain>(name);
}

using Orleans.Streams;
using OrleansMq.Streams.Tests.Grains;
using OrleansMq.Streams.Tests.TestCluster;

namespace OrleansMq.Streams.Tests;

public sealed class SubscriptionTests(OneSilo silo) : IClassFixture<OneSilo>
{
    private StreamCluster Cluster => silo.Cluster;

    private IPublisherGrain Publisher => Cluster.Client.GetGrain<IPublisherGrain>("publisher");

    [Fact]
    public async Task Publish_ReachesSubscriberInOrder_WhenGrainsDoBoth()
    {
        await Grain("grains").Subscribe("Grains", "1");

        await Publisher.Publish("Grains", "1", 1, 2, 3);
        await Seen.AssertAsync("grains", 1, 2, 3);
    }

    [Fact]
    public async Task Publish_ReachesObserverInOrder_WhenAClientDoesBoth()
    {
        IAsyncStream<string> stream = Cluster.StreamOf<string>("Clients", "1");
        StreamSubscriptionHandle<string> handle = await stream.SubscribeAsync((item, token) =>
        {
            Seen.Note("client", item, token);
            return Task.CompletedTask;
        });

        await stream.OnNextAsync("one");
        await stream.OnNextBatchAsync(["two", "three"]);
        await Seen.AssertAsync("client", "one", "two", "three");
        await handle.UnsubscribeAsync();
    }

    [Fact]
    public async Task Publish_ReachesEachSubscriptionOnce_WhenAGrainHasTwo()
    {
        await Grain("twice").Subscribe("Twice", "1");
        await Grain("twice").Subscribe("Twice", "1");

        await Publisher.Publish("Twice", "1", 7);
        await Seen.AssertAsync("twice", 7, 7);
        Assert.Equal(2, await Grain("twice").CountSubscriptions("Twice", "1"));
    }

    [Fact]
    public async Task Publish_ReachesAllGrains_WhenTheySubscribeToOneStream()
    {
        await Grain("all-a").Subscribe("All", "1");
        await Grain("all-b").Subscribe("All", "1");

        await Publisher.Publish("All", "1", 1, 2);
        await Seen.AssertAsync("all-a", 1, 2);
        await Seen.AssertAsync("all-b", 1, 2);
    }

    [Fact]
    public async Task Publish_ReachesOnlyItsStream_WhenStreamsShareAQueue()
    {
        await Grain("own-a").Subscribe("Own", "a");
        await Grain("own-b").Subscribe("Own", "b");

        await Publisher.Publish("Own", "a", 1, 3);
        await Publisher.Publish("Own", "b", 2, 4);
        await Seen.AssertAsync("own-a", 1, 3);
        await Seen.AssertAsync("own-b", 2, 4);
    }

    [Fact]
    public async Task Publish_ReachesNobody_WhenTheOnlyOneUnsubscribed()
    {
        Guid first = await Grain("gone").Subscribe("Gone", "1");
        await Publisher.Publish("Gone", "1", 1);
        await Seen.AssertAsync("gone", 1);

        await Grain("gone").Unsubscribe("Gone", "1", first);
        await Publisher.Publish("Gone", "1", 2);
        await Grain("gone").Subscribe("Gone", "1");
        await Publisher.Publish("Gone", "1", 3);
        await Seen.AssertAsync("gone", 1, 3);
    }

    [Fact]
    public async Task Subscribe_GivesWhatComesNext_WhenEventsWereThereBefore()
    {
        await Grain("early").Subscribe("Late", "1");
        await Publisher.Publish("Late", "1", 1);
        await Seen.AssertAsync("early", 1);

        await Grain("late").Subscribe("Late", "1");
        await Publisher.Publish("Late", "1", 2);
        await Seen.AssertAsync("late", 2);
        await Seen.AssertAsync("early", 1, 2);
    }

    [Fact]
    public async Task PublishBatch_GivesEachEventItsPlace_WhenTheyAreOneMessage()
    {
        await Grain("batch").Subscribe("Batch", "1");

        await Publisher.PublishBatch("Batch", "1", 1, 2, 3);
        await Seen.AssertAsync("batch", 1, 2, 3);
        Assert.Equal(
            [(0, 0), (0, 1), (0, 2)],
            Seen.By("batch").Select(one => ((int)one.Token!.SequenceNumber, one.Token.EventIndex)));
    }

    [Fact]
    public async Task Subscribe_Refuses_WhenTheNamespaceIsNoTopic()
    {
        ArgumentException refusal = await Assert.ThrowsAsync<ArgumentException>(
            () => Cluster.StreamOf<int>("no topic!", "1").OnNextAsync(1));
        Assert.Contains("its namespace is its topic", refusal.Message, StringComparison.Ordinal);
    }

    private ISubscriberGrain Grain(string name) => Cluster.Client.GetGrain<ISubscriberGrain>(name);
}

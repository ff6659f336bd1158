using Microsoft.Extensions.DependencyInjection;
using Orleans.Streams;
using OrleansMq.Streams.Queues;
using OrleansMq.Streams.Tests.Grains;
using OrleansMq.Streams.Tests.TestCluster;

namespace OrleansMq.Streams.Tests;

public sealed class RewindTests(OneSilo silo) : IClassFixture<OneSilo>
{
    private StreamCluster Cluster => silo.Cluster;

    private IPublisherGrain Publisher => Cluster.Client.GetGrain<IPublisherGrain>("publisher");

    [Fact]
    public async Task Subscribe_GivesEverything_WhenItBeginsAtTheOldestAndNothingNewComes()
    {
        await Publisher.Publish("Oldest", "1", 1, 2, 3);

        await Grain("oldest").Subscribe("Oldest", "1", OrleansMqToken.Oldest);
        await Seen.AssertAsync("oldest", 1, 2, 3);
    }

    [Fact]
    public async Task Subscribe_GivesTheEventOfTheTokenAndAllBehind_WhenMemoryHoldsNoneOfThem()
    {
        int[] numbers = [.. Enumerable.Range(0, 100)];
        await Grain("first").Subscribe("Token", "1");
        await Publisher.Publish("Token", "1", numbers);
        await Seen.AssertAsync("first", numbers);

        await Grain("second").Subscribe("Token", "1", Seen.By("first")[10].Token);
        await Seen.AssertAsync("second", numbers[10..]);
        Assert.Equal(Seen.By("first").Skip(10).Select(one => one.Token), Seen.By("second").Select(one => one.Token));
    }

    [Fact]
    public async Task Subscribe_BeginsWithinABatch_WhenTheTokenIsOfItsSecondEvent()
    {
        await Grain("whole").Subscribe("Within", "1");
        await Publisher.PublishBatch("Within", "1", 1, 2, 3);
        await Seen.AssertAsync("whole", 1, 2, 3);

        await Grain("part").Subscribe("Within", "1", Seen.By("whole")[1].Token);
        await Seen.AssertAsync("part", 2, 3);
    }

    [Fact]
    public async Task Subscribe_GivesOnlyItsStream_WhenOthersFillTheQueue()
    {
        for (int i = 0; i < 40; i++)
        {
            await Publisher.Publish("Mixed", "wanted", i);
            await Publisher.Publish("Mixed", "other", -1, -2);
        }

        await Grain("mixed").Subscribe("Mixed", "wanted", OrleansMqToken.Oldest);
        await Seen.AssertAsync("mixed", [.. Enumerable.Range(0, 40)]);
    }

    [Fact]
    public async Task Resume_GivesTheEventOfTheTokenAndAllBehind_WhenTheSubscriptionGoesOn()
    {
        IAsyncStream<int> stream = Cluster.StreamOf<int>("Resume", "1");
        StreamSubscriptionHandle<int> handle = await stream.SubscribeAsync(Note("before"));
        await Publisher.Publish("Resume", "1", 1, 2, 3);
        await Seen.AssertAsync("before", 1, 2, 3);

        handle = await handle.ResumeAsync(Note("after"), Seen.By("before")[1].Token);
        await Publisher.Publish("Resume", "1", 4);
        await Seen.AssertAsync("after", 2, 3, 4);
        await handle.UnsubscribeAsync();
    }

    [Fact]
    public async Task Checkpoint_GoesOn_WhenASubscriptionIsRewound()
    {
        await Grain("ahead").Subscribe("Back", "1");
        await Publisher.Publish("Back", "1", [.. Enumerable.Range(0, 10)]);
        await StreamCluster.UntilAsync(() => CommittedOf("Back") == 10, () => $"{CommittedOf("Back")}");
        using var gate = new Gate();
        Behaviors.Set("rewound", _ => gate.Opened);
        await Grain("rewound").Subscribe("Back", "1", OrleansMqToken.Oldest);

        // The next round of checkpoints has seen it.
        StreamQueue queue = Cluster.FirstSilo.ServiceProvider.GetRequiredKeyedService<StreamQueues>(StreamCluster.Provider).All
            .Single(one => one.Log.Id.Topic == "Back");
        await StreamCluster.UntilAsync(() => queue.Lags.Any(lag => lag.Messages == 10), () => "the rewound one is behind");
        Assert.Equal(10, CommittedOf("Back"));
        await Publisher.Publish("Back", "2", 1);
        await StreamCluster.UntilAsync(() => CommittedOf("Back") == 11, () => $"{CommittedOf("Back")}");
        gate.Open();
        await Seen.AssertAsync("rewound", [.. Enumerable.Range(0, 10)]);
    }

    [Fact]
    public async Task Resume_GivesAllSinceAnInstant_WhenTheSubscriptionGoesOn()
    {
        IAsyncStream<int> stream = Cluster.StreamOf<int>("Instant", "1");
        StreamSubscriptionHandle<int> handle = await stream.SubscribeAsync(Note("then"));
        await Publisher.Publish("Instant", "1", 1, 2);
        await Seen.AssertAsync("then", 1, 2);

        handle = await handle.ResumeAsync(Note("again"), OrleansMqToken.Back(TimeSpan.FromHours(1)));
        await Publisher.Publish("Instant", "1", 3);
        await Seen.AssertAsync("again", 1, 2, 3);
        await handle.UnsubscribeAsync();
    }

    private long? CommittedOf(string topic) => StreamCluster.LocalOf(Cluster.FirstSilo).Host.Node.Groups
        .Find(StreamCluster.Group)?.QueryOffset(topic, 0);

    private static Func<int, StreamSequenceToken?, Task> Note(string name) => (item, token) =>
    {
        Seen.Note(name, item, token);
        return Task.CompletedTask;
    };

    private ISubscriberGrain Grain(string name) => Cluster.Client.GetGrain<ISubscriberGrain>(name);
}

using OrleansMq.Client;
using OrleansMq.Streams.Tests.Grains;
using OrleansMq.Streams.Tests.TestCluster;

namespace OrleansMq.Streams.Tests;

public sealed class ImplicitTests
{
    [Fact]
    public async Task Publish_ReachesTheGrainOfEachKey_WhenItsClassSubscribes()
    {
        await using StreamCluster cluster = await StreamCluster.StartAsync(setup: new StreamSetup
        {
            Streams = streams => streams.Topics["Foreign-Implicit"] = "Foreign-Implicit",
        });
        IPublisherGrain publisher = cluster.Client.GetGrain<IPublisherGrain>("publisher");

        await publisher.Publish("Implicit", "a", 1, 2);
        await publisher.Publish("Implicit", "b", 3);
        await Seen.AssertAsync("implicit-a", 1, 2);
        await Seen.AssertAsync("implicit-b", 3);

        // A grain that went away comes back with the next event, and is given only that.
        await cluster.Client.GetGrain<IImplicitGrain>("a").Deactivate();
        await publisher.Publish("Implicit", "a", 4);
        await Seen.AssertAsync("implicit-a", 1, 2, 4);
    }

    [Fact]
    public async Task Message_ReachesTheGrainOfItsKey_WhenOnlyOthersPublishToATopicOfTheOptions()
    {
        await using StreamCluster cluster = await StreamCluster.StartAsync(setup: new StreamSetup
        {
            Streams = streams => streams.Topics["Foreign-Implicit"] = "from-java",
        });
        await StreamCluster.UntilAsync(
            () => StreamCluster.QueuesReadBy(cluster.FirstSilo).Any(), "the topic of the options is read");

        await using BrokerClient client = await cluster.ConnectAsync();
        await client.PublishAsync("from-java", "j", "11");
        await Seen.AssertAsync("implicit-j", 11);
    }

    [Fact]
    public async Task Publish_ReachesAGrainThatWentAway_WhenItResumesAsItComesBack()
    {
        await using StreamCluster cluster = await StreamCluster.StartAsync();
        IPublisherGrain publisher = cluster.Client.GetGrain<IPublisherGrain>("publisher");
        IResumingGrain grain = cluster.Client.GetGrain<IResumingGrain>("back");
        await grain.Subscribe();
        await publisher.Publish(ResumingGrain.Topic, "back", 1, 2);
        await Seen.AssertAsync("resuming-back", 1, 2);

        await grain.Deactivate();
        await publisher.Publish(ResumingGrain.Topic, "back", 3, 4);
        await Seen.AssertAsync("resuming-back", 1, 2, 3, 4);
    }
}

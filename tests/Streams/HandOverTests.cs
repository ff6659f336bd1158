using Orleans.Runtime.Placement;
using Orleans.TestingHost;
using OrleansMq.Streams.Tests.Grains;
using OrleansMq.Streams.Tests.TestCluster;
using OrleansMq.Streams.Topics;

namespace OrleansMq.Streams.Tests;

public sealed class HandOverTests
{
    /// <summary>Checkpoints are made only as an agent ends properly.</summary>
    private static readonly StreamSetup NoPeriodicCheckpoints = new()
    {
        Streams = streams => streams.CheckpointInterval = TimeSpan.FromMinutes(10),
    };

    [Fact]
    public async Task Stop_GivesNothingAgain_AndKill_ExactlyWhatCameSinceTheCheckpoint()
    {
        await using StreamCluster cluster = await StreamCluster.StartAsync(2, NoPeriodicCheckpoints);
        IPublisherGrain publisher = cluster.Client.GetGrain<IPublisherGrain>("publisher");
        string lost = await SubscribeAsync(cluster, "lost", consumerOn: "broker-1");
        await publisher.Publish(ResumingGrain.Topic, lost, [.. Enumerable.Range(0, 50)]);
        await Seen.AssertAsync($"resuming-{lost}", [.. Enumerable.Range(0, 50)]);

        await cluster.StopAsync("broker-1");
        await cluster.StartAgainAsync("broker-1");
        await MoveAsync(cluster, lost, "broker-1");
        await publisher.Publish(ResumingGrain.Topic, lost, 50, 51, 52);
        await Seen.AssertAsync($"resuming-{lost}", [.. Enumerable.Range(0, 53)]);

        await CrashAsync(cluster, "broker-1");
        await cluster.StartAgainAsync("broker-1");
        await publisher.Publish(ResumingGrain.Topic, lost, 53);
        await Seen.AssertAsync($"resuming-{lost}", [.. Enumerable.Range(0, 53), 50, 51, 52, 53]);
    }

    [Fact]
    public async Task Stop_LosesNothingAndBuriesNothing_WhenASubscriberIsFailing()
    {
        await using StreamCluster cluster = await StreamCluster.StartAsync(2, NoPeriodicCheckpoints with
        {
            Streams = streams =>
            {
                streams.CheckpointInterval = TimeSpan.FromMinutes(10);
                streams.RetryFor = TimeSpan.FromMinutes(10);
                streams.MaxRetryDelay = TimeSpan.FromMilliseconds(100);
            },
        });
        IPublisherGrain publisher = cluster.Client.GetGrain<IPublisherGrain>("publisher");
        string key = await SubscribeAsync(cluster, "failing", consumerOn: "broker-0");
        bool isBroken = true;
        int tries = 0;
        Behaviors.Set($"resuming-{key}", item =>
            item >= 5 && isBroken && Interlocked.Increment(ref tries) > 0 ? throw new IOException("broken") : Task.CompletedTask);
        await publisher.Publish(ResumingGrain.Topic, key, 0, 1, 2, 3, 4);
        await Seen.AssertAsync($"resuming-{key}", 0, 1, 2, 3, 4);
        await publisher.Publish(ResumingGrain.Topic, key, 5, 6, 7);
        await StreamCluster.UntilAsync(() => tries > 2, () => $"{tries} tries");

        await cluster.StopAsync("broker-1");
        isBroken = false;
        await MoveAsync(cluster, key, "broker-0", anew: true);
        await cluster.StartAgainAsync("broker-1");
        await publisher.Publish(ResumingGrain.Topic, key, 8);
        await Seen.AssertAsync($"resuming-{key}", 0, 1, 2, 3, 4, 5, 6, 7, 8);
        Assert.Null(StreamCluster.LocalOf(cluster.SiloOf("broker-1")).Host.Node.Topics.Find($"%DLQ%{StreamCluster.Group}"));
    }

    [Fact]
    public async Task Kill_GivesNothingAgain_WhenTheSubscriberLivesOn()
    {
        await using StreamCluster cluster = await StreamCluster.StartAsync(2, NoPeriodicCheckpoints);
        IPublisherGrain publisher = cluster.Client.GetGrain<IPublisherGrain>("publisher");
        string kept = await SubscribeAsync(cluster, "kept", consumerOn: "broker-0");
        await publisher.Publish(ResumingGrain.Topic, kept, [.. Enumerable.Range(0, 50)]);
        await Seen.AssertAsync($"resuming-{kept}", [.. Enumerable.Range(0, 50)]);

        await CrashAsync(cluster, "broker-1");
        await cluster.StartAgainAsync("broker-1");
        await publisher.Publish(ResumingGrain.Topic, kept, 50);
        await Seen.AssertAsync($"resuming-{kept}", [.. Enumerable.Range(0, 51)]);
    }

    [Fact]
    public async Task Queues_AreReadWhereTheirLogIs_WhenThereAreSeveralSilos()
    {
        await using StreamCluster cluster = await StreamCluster.StartAsync(3);
        IPublisherGrain publisher = cluster.Client.GetGrain<IPublisherGrain>("publisher");
        for (int i = 0; i < 12; i++)
        {
            await cluster.Client.GetGrain<ISubscriberGrain>($"spread-{i}").Subscribe("Spread", $"{i}");
            await publisher.Publish("Spread", $"{i}", i);
        }

        for (int i = 0; i < 12; i++)
            await Seen.AssertAsync($"spread-{i}", i);
        foreach (InProcessSiloHandle silo in cluster.Silos)
            Assert.Equal([$"{StreamCluster.BrokerOf(silo)}/0"], StreamCluster.QueuesReadBy(silo));
    }

    /// <summary>
    /// A killed silo in one process still ends its agents in peace: with the broker gone first they cannot make a
    /// checkpoint any more.
    /// </summary>
    private static async Task CrashAsync(StreamCluster cluster, string broker)
    {
        await StreamCluster.LocalOf(cluster.SiloOf(broker)).CloseAsync();
        await cluster.KillAsync(broker);
    }

    /// <summary>A subscriber on a silo, of a stream whose queue is on the second broker; its key.</summary>
    private static async Task<string> SubscribeAsync(StreamCluster cluster, string name, string consumerOn)
    {
        var route = new StreamRoute(
            ResumingGrain.Topic, [new BrokerQueues("broker-0", 1), new BrokerQueues("broker-1", 1)], 0);
        string key = Enumerable.Range(0, 10).Select(i => $"{name}-{i}").First(key => route.QueueOf(key).Broker == "broker-1");
        await MoveAsync(cluster, key, consumerOn);
        await cluster.Client.GetGrain<IResumingGrain>(key).Subscribe();
        return key;
    }

    /// <summary>Brings a subscriber to life on a silo.</summary>
    private static async Task MoveAsync(StreamCluster cluster, string key, string broker, bool anew = false)
    {
        SiloAddress wanted = cluster.SiloOf(broker).SiloAddress;
        IResumingGrain grain = cluster.Client.GetGrain<IResumingGrain>(key);
        if (anew)
            await grain.Deactivate();
        await StreamCluster.UntilAsync(
            async () =>
            {
                RequestContext.Set(IPlacementDirector.PlacementHintKey, wanted);
                SiloAddress found = await grain.FindSilo();
                RequestContext.Clear();
                if (found.Equals(wanted))
                    return true;
                await grain.Deactivate();
                return false;
            },
            () => $"{key} is on {broker}");
    }
}

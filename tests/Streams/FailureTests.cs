using System.Globalization;
using OrleansMq.Client;
using OrleansMq.Client.Receiving;
using OrleansMq.Streams.Tests.Grains;
using OrleansMq.Streams.Tests.TestCluster;

namespace OrleansMq.Streams.Tests;

public sealed class FailureTests(OneSilo silo) : IClassFixture<OneSilo>
{
    private StreamCluster Cluster => silo.Cluster;

    private IPublisherGrain Publisher => Cluster.Client.GetGrain<IPublisherGrain>("publisher");

    [Fact]
    public async Task Deliver_TriesAgain_WhenASubscriberFailsTwice()
    {
        int tries = 0;
        Behaviors.Set("twice-failing", item => item == 2 && ++tries <= 2 ? throw new IOException("busy") : Task.CompletedTask);
        await Grain("twice-failing").Subscribe("FailTwice", "1");

        await Publisher.Publish("FailTwice", "1", 1, 2, 3);
        await Seen.AssertAsync("twice-failing", 1, 2, 3);
        Assert.Equal(3, tries);
    }

    [Fact]
    public async Task Deliver_MakesADeadLetterThatSaysWhy_WhenASubscriberFailsForTooLong()
    {
        int tries = 0;
        Behaviors.Set("failing", item =>
        {
            if (item != 2)
                return Task.CompletedTask;
            Interlocked.Increment(ref tries);
            throw new InvalidDataException("No such customer.");
        });
        await Grain("failing").Subscribe("Fail", "1");

        await Publisher.Publish("Fail", "1", 1);
        await Seen.AssertAsync("failing", 1);
        await Publisher.Publish("Fail", "1", 2);
        await StreamCluster.UntilAsync(
            async () => (await LettersOfAsync("Fail")).Count > 0, () => "there is a dead letter");
        await Publisher.Publish("Fail", "1", 3);
        await Seen.AssertAsync("failing", 1, 3);
        IReadOnlyDictionary<string, string> letter = Assert.Single(await LettersOfAsync("Fail"));
        Assert.Equal("ATTEMPTS_USED_UP", letter["DLQ_REASON"]);
        Assert.Equal("InvalidDataException: No such customer.", letter["DLQ_ERROR"]);
        Assert.Contains("failing", letter["DLQ_CONSUMER"], StringComparison.Ordinal);
        Assert.Equal(tries, int.Parse(letter["DLQ_ATTEMPTS"], CultureInfo.InvariantCulture));
        Assert.True(tries > 1, $"{tries} tries");
    }

    [Fact]
    public async Task Deliver_BuriesOnlyTheOneThatFails_WhenManyAreGivenAtOnce()
    {
        using var gate = new Gate();
        Behaviors.Set("one-of-many", async item =>
        {
            await gate.Opened;
            if (item == 20)
                throw new InvalidDataException("Twenty.");
        });
        await Grain("one-of-many").Subscribe("Many", "1");
        await Publisher.Publish("Many", "1", [.. Enumerable.Range(0, 40)]);
        gate.Open();

        await StreamCluster.UntilAsync(
            () => Seen.Items<int>("one-of-many").Contains(39), () => string.Join(' ', Seen.Items<int>("one-of-many")));
        Assert.Equal(Enumerable.Range(0, 40).Where(item => item != 20), Seen.Items<int>("one-of-many").Distinct());
        Assert.Single(await LettersOfAsync("Many"));
    }

    [Fact]
    public async Task Deliver_ReachesTheOthers_WhenASubscriberOfTheStreamFails()
    {
        Behaviors.Set("bad", _ => throw new IOException("always"));
        await Grain("bad").Subscribe("Others", "1");
        await Grain("good").Subscribe("Others", "1");

        await Publisher.Publish("Others", "1", 1);
        await Seen.AssertAsync("good", 1);
        await StreamCluster.UntilAsync(
            async () => (await LettersOfAsync("Others")).Count == 1, () => "the one that fails has its dead letter");
        Assert.Equal([1], Seen.Items<int>("good"));
    }

    [Fact]
    public async Task Deliver_ReachesTheOthersAndReadsTheLog_WhenASubscriberIsSlow()
    {
        using var gate = new Gate();
        Behaviors.Set("slow", _ => gate.Opened);
        int[] numbers = [.. Enumerable.Range(0, 200)];
        await Grain("slow").Subscribe("Slow", "1");
        await Grain("fast").Subscribe("Slow", "1");
        await Grain("fast-other").Subscribe("Slow", "2");

        // Many times what memory holds.
        await Publisher.Publish("Slow", "1", numbers);
        await Publisher.Publish("Slow", "2", 1);
        await Seen.AssertAsync("fast", numbers);
        await Seen.AssertAsync("fast-other", 1);
        Assert.Empty(Seen.By("slow"));

        gate.Open();
        await Seen.AssertAsync("slow", numbers);
    }

    [Fact]
    public async Task Deliver_ReachesTheOthers_WhenASubscriberTakesLongToComeToLife()
    {
        IResumingGrain slow = Cluster.Client.GetGrain<IResumingGrain>("waking");
        await slow.Subscribe();
        await slow.Deactivate();
        await Grain("awake").Subscribe(ResumingGrain.Topic, "other");
        using var gate = new Gate();
        Behaviors.HoldActivation("resuming-waking", gate.Opened);

        await Publisher.Publish(ResumingGrain.Topic, "waking", 1);
        await Publisher.Publish(ResumingGrain.Topic, "other", 2);
        await Seen.AssertAsync("awake", 2);
        gate.Open();
        await Seen.AssertAsync("resuming-waking", 1);
    }

    [Fact]
    public async Task Checkpoint_StaysBeforeTheSlowest_AndGoesOnWithIt()
    {
        using var gate = new Gate();
        Behaviors.Set("slowest", item => item == 3 ? gate.Opened : Task.CompletedTask);
        await Grain("slowest").Subscribe("Slowest", "1");
        await Publisher.Publish("Slowest", "1", 0);
        await Seen.AssertAsync("slowest", 0);
        for (int i = 1; i < 10; i++)
        {
            await Publisher.Publish("Slowest", "1", i);
            await Publisher.Publish("Slowest", "2", i);
        }

        await StreamCluster.UntilAsync(() => CommittedOf("Slowest") is > 0 and <= 5, () => $"{CommittedOf("Slowest")}");
        gate.Open();
        await StreamCluster.UntilAsync(() => CommittedOf("Slowest") == 19, () => $"{CommittedOf("Slowest")}");
    }

    private long? CommittedOf(string topic) => StreamCluster.LocalOf(Cluster.FirstSilo).Host.Node.Groups
        .Find(StreamCluster.Group)?.QueryOffset(topic, 0);

    private async Task<List<IReadOnlyDictionary<string, string>>> LettersOfAsync(string topic)
    {
        await using BrokerClient client = await Cluster.ConnectAsync();
        var letters = new List<IReadOnlyDictionary<string, string>>();
        foreach (ReceivedMessage message in await client.ReadAllAsync($"%DLQ%{StreamCluster.Group}"))
        {
            if (message.Properties["DLQ_ORIGIN_TOPIC"] == topic)
                letters.Add(message.Properties);
        }

        return letters;
    }

    private ISubscriberGrain Grain(string name) => Cluster.Client.GetGrain<ISubscriberGrain>(name);
}

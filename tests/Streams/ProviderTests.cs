using System.Diagnostics.Metrics;
using Orleans.Streams;
using Orleans.Streams.Filtering;
using OrleansMq.Client;
using OrleansMq.Streams.Tests.Grains;
using OrleansMq.Streams.Tests.TestCluster;

namespace OrleansMq.Streams.Tests;

/// <summary>Providers side by side, with options of their own.</summary>
public sealed class ProviderTests : IAsyncLifetime
{
    private StreamCluster? _cluster;

    private StreamCluster Cluster => _cluster!;

    public async Task InitializeAsync() => _cluster = await StreamCluster.StartAsync(setup: new StreamSetup
    {
        Silo = silo =>
        {
            silo.AddOrleansMqStreams("plain", streams =>
            {
                streams.QueuesPerBroker = 2;
                streams.Format = EventFormat.Plain;
            });
            silo.AddOrleansMqStreams("even", streams => streams.QueuesPerBroker = 1);
            silo.AddStreamFilter<EvenFilter>("even");
            silo.AddOrleansMqStreams("old", streams => streams.StartAt = StartAt.OldestEvent);
        },
        Client = client => client
            .AddOrleansMqStreams("plain", streams =>
            {
                streams.QueuesPerBroker = 2;
                streams.Format = EventFormat.Plain;
            })
            .AddOrleansMqStreams("even", streams => streams.QueuesPerBroker = 1)
            .AddOrleansMqStreams("old", streams => streams.StartAt = StartAt.OldestEvent),
    });

    public async Task DisposeAsync() => await Cluster.DisposeAsync();

    [Fact]
    public async Task Event_IsJson_WhenTheFormatIsPlain()
    {
        IAsyncStream<Price> stream = Cluster.StreamOf<Price>("Prices", "1", "plain");
        StreamSubscriptionHandle<Price> handle = await stream.SubscribeAsync((item, _) =>
        {
            Seen.Note("prices", item);
            return Task.CompletedTask;
        });

        await stream.OnNextBatchAsync([new Price("a", 1), new Price("b", 2)]);
        await Seen.AssertAsync("prices", new Price("a", 1), new Price("b", 2));
        await using BrokerClient client = await Cluster.ConnectAsync();
        Assert.Equal(
            ["""{"name":"a","cents":1}""", """{"name":"b","cents":2}"""],
            (await client.ReadAllAsync("Prices")).Select(message => System.Text.Encoding.UTF8.GetString(message.Body.Span)));
        await handle.UnsubscribeAsync();
    }

    [Fact]
    public async Task Subscriber_IsGivenOnlyWhatItsFilterLets()
    {
        IAsyncStream<int> stream = Cluster.StreamOf<int>("Even", "1", "even");
        var observer = new Observer<int>("even");
        StreamSubscriptionHandle<int> handle = await stream.SubscribeAsync(observer, null, "even");

        await stream.OnNextBatchAsync([1]);
        for (int i = 2; i <= 8; i++)
            await stream.OnNextAsync(i);
        await Seen.AssertAsync("even", 2, 4, 6, 8);
        await StreamCluster.UntilAsync(() => CommittedOf("even-tests", "Even") == 8, () => "filtered events are passed");
        await handle.UnsubscribeAsync();
    }

    [Fact]
    public async Task Providers_ReadATopicEachForItself_WhenBothUseIt()
    {
        await Cluster.Client.GetGrain<ISubscriberGrain>("by-mq").Subscribe("Shared", "1", provider: "mq");
        await Cluster.Client.GetGrain<ISubscriberGrain>("by-even").Subscribe("Shared", "1", provider: "even");

        await Cluster.StreamOf<int>("Shared", "1").OnNextAsync(2);
        await Seen.AssertAsync("by-mq", 2);
        await Seen.AssertAsync("by-even", 2);
    }

    [Fact]
    public async Task Message_ReachesTheStreamOfItsKey_WhenItsQueueIsAnother()
    {
        await Cluster.Client.GetGrain<ISubscriberGrain>("both-queues").Subscribe("TwoQueues", "k", provider: "plain");
        await using BrokerClient client = await Cluster.ConnectAsync();

        for (int i = 0; i < 10; i++)
            await client.PublishAsync("TwoQueues", "k", $"{i}", queueId: i % 2);
        await StreamCluster.UntilAsync(
            () => Seen.By("both-queues").Count >= 10, () => string.Join(' ', Seen.Items<int>("both-queues")));
        Assert.Equal(Enumerable.Range(0, 10), Seen.Items<int>("both-queues").Distinct().Order());
        Assert.Equal([0, 2, 4, 6, 8], Seen.Items<int>("both-queues").Distinct().Where(item => item % 2 == 0));
    }

    [Fact]
    public async Task Topic_IsReadFromWhereTheOptionsSay_WhenItWasThereBefore()
    {
        await using BrokerClient client = await Cluster.ConnectAsync();
        await client.CreateTopicAsync("Before", 1);
        await client.PublishAsync("Before", "k", "1");

        await Cluster.Client.GetGrain<ISubscriberGrain>("from-now").Subscribe("Before", "k", provider: "mq");
        await Cluster.Client.GetGrain<ISubscriberGrain>("from-old").Subscribe("Before", "k", provider: "old");
        await client.PublishAsync("Before", "k", "2");
        await Seen.AssertAsync("from-now", 2);
        await Seen.AssertAsync("from-old", 1, 2);
    }

    [Fact]
    public async Task Subscriber_HasTheRequestContextOfThePublisher()
    {
        IAsyncStream<string> stream = Cluster.StreamOf<string>("Context", "1");
        StreamSubscriptionHandle<string> handle = await stream.SubscribeAsync((item, _) =>
        {
            Seen.Note("context", $"{item} {RequestContext.Get("tenant")}");
            return Task.CompletedTask;
        });

        RequestContext.Set("tenant", "seven");
        await stream.OnNextAsync("a");
        RequestContext.Clear();
        await stream.OnNextAsync("b");
        await Seen.AssertAsync("context", "a seven", "b ");
        await handle.UnsubscribeAsync();
    }

    [Fact]
    public async Task Lag_IsMeasuredForEachSubscription()
    {
        using var gate = new Gate();
        Behaviors.Set("lagging", _ => gate.Opened);
        await Cluster.Client.GetGrain<ISubscriberGrain>("lagging").Subscribe("Lagging", "1");
        await Cluster.Client.GetGrain<ISubscriberGrain>("keeping-up").Subscribe("Lagging", "1");
        await Cluster.Client.GetGrain<IPublisherGrain>("publisher").Publish("Lagging", "1", 1, 2, 3, 4, 5);

        await StreamCluster.UntilAsync(() => LagsOf("Lagging") is [0, 5], () => string.Join(' ', LagsOf("Lagging")));
        gate.Open();
        await StreamCluster.UntilAsync(() => LagsOf("Lagging") is [0, 0], () => string.Join(' ', LagsOf("Lagging")));
    }

    private static long[] LagsOf(string topic)
    {
        var lags = new List<long>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "orleansmq.streams.lag")
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, lag, tags, _) =>
        {
            if (tags.ToArray().Contains(new KeyValuePair<string, object?>("topic", topic)))
                lags.Add(lag);
        });
        listener.Start();
        listener.RecordObservableInstruments();
        return [.. lags.Order()];
    }

    private long? CommittedOf(string group, string topic) => StreamCluster.LocalOf(Cluster.FirstSilo).Host.Node.Groups
        .Find(group)?.QueryOffset(topic, 0);

    private sealed class EvenFilter : IStreamFilter
    {
        public bool ShouldDeliver(StreamId streamId, object item, string? filterData) =>
            filterData != "even" || item is int and var number && number % 2 == 0;
    }

    private sealed class Observer<T>(string name) : IAsyncObserver<T>
        where T : notnull
    {
        public Task OnNextAsync(T item, StreamSequenceToken? token = null)
        {
            Seen.Note(name, item, token);
            return Task.CompletedTask;
        }

        public Task OnErrorAsync(Exception ex) => Task.CompletedTask;
    }

    private sealed record Price(string Name, int Cents);
}

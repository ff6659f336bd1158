using OrleansMq.Streams.Tests.Grains;
using OrleansMq.Streams.Tests.TestCluster;

namespace OrleansMq.Streams.Tests;

public sealed class TwelveHourTests
{
    private const int PerMinute = 3;

    [Fact]
    public async Task Subscribe_ReplaysTwelveHoursByTime_CompleteAndInOrder()
    {
        var clock = new MovedClock();
        await using StreamCluster cluster = await StreamCluster.StartAsync(
            setup: new StreamSetup { Time = clock, Streams = streams => streams.CachedMessages = 100 });
        IPublisherGrain publisher = cluster.Client.GetGrain<IPublisherGrain>("publisher");
        DateTimeOffset began = clock.GetUtcNow();
        int[] all = [.. Enumerable.Range(0, 12 * 60 * PerMinute)];
        foreach (int[] minute in all.Chunk(PerMinute))
        {
            await publisher.Publish("Hours", "1", minute);
            await publisher.Publish("Hours", "2", -1);
            clock.Move(TimeSpan.FromMinutes(1));
        }

        await cluster.Client.GetGrain<ISubscriberGrain>("hours-12").Subscribe("Hours", "1", OrleansMqToken.At(began));
        await cluster.Client.GetGrain<ISubscriberGrain>("hours-6")
            .Subscribe("Hours", "1", OrleansMqToken.At(began.AddHours(6)));
        await cluster.Client.GetGrain<ISubscriberGrain>("minutes-10")
            .Subscribe("Hours", "1", OrleansMqToken.Back(TimeSpan.FromMinutes(10), clock));
        await Seen.AssertAsync("hours-12", all);
        await Seen.AssertAsync("hours-6", all[(6 * 60 * PerMinute)..]);
        await Seen.AssertAsync("minutes-10", all[^(10 * PerMinute)..]);
    }

    /// <summary>Stands still unless it is moved; timers run on.</summary>
    private sealed class MovedClock : TimeProvider
    {
        private long _ticks = System.GetUtcNow().Ticks;

        public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref _ticks), TimeSpan.Zero);

        public void Move(TimeSpan span) => Interlocked.Add(ref _ticks, span.Ticks);
    }
}

using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Streams;

namespace OrleansMq.Bench.Cluster;

/// <summary>
/// Events from publishers in a silo to subscribing grains in the same silo: by Orleans' streams in memory, and by this
/// provider, which writes them into its log. Both have 8 queues and their own defaults otherwise.
/// </summary>
internal static class StreamSuite
{
    private const int Streams = 64;
    private const int BatchSize = 32;
    private const int BodyBytes = 256;

    /// <summary>How far publishers may be ahead: Orleans' memory refuses more than it can hold.</summary>
    private const int MaxOutstanding = 8_192;

    private static readonly string[] Providers = ["memory", "mq"];
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(5);

    public static async Task RunAsync(int rounds, TimeSpan time)
    {
        await using BenchCluster cluster = await BenchCluster.StartAsync("", silos: 1, silo =>
        {
            silo.AddMemoryGrainStorage("PubSubStore");
            silo.AddMemoryStreams("memory");
            silo.AddOrleansMqStreams("mq", streams => streams.QueuesPerBroker = 8);
        });
        var results = new Dictionary<(string Case, string Provider), List<Sample>>();
        for (int round = 0; round < rounds; round++)
        {
            foreach (string provider in Providers)
            {
                IAsyncStream<BenchEvent>[] streams = await SubscribeAsync(cluster, provider, $"Round{round}");
                await NoteAsync("one at a time, 64 streams", provider, LoadAsync(streams, 1, time, pace: null));
                await NoteAsync("batches of 32, 64 streams", provider, LoadAsync(streams, BatchSize, time, pace: null));
                await NoteAsync("200 events/s, one stream", provider, LoadAsync(streams[..1], 1, time, Pace));
            }
        }

        Show(results, rounds);

        async Task NoteAsync(string name, string provider, Task<Sample> run)
        {
            if (!results.TryGetValue((name, provider), out List<Sample>? samples))
                results[(name, provider)] = samples = [];
            samples.Add(await run);
        }
    }

    private static async Task<IAsyncStream<BenchEvent>[]> SubscribeAsync(BenchCluster cluster, string provider, string topic)
    {
        IStreamProvider streams = cluster.NearServices.GetRequiredKeyedService<IStreamProvider>(provider);
        for (int key = 0; key < Streams; key++)
            await cluster.Near.GetGrain<IStreamSinkGrain>($"{provider}/{topic}/{key}").Subscribe();
        return [.. Enumerable.Range(0, Streams).Select(
            key => streams.GetStream<BenchEvent>(StreamId.Create(topic, $"{key}")))];
    }

    private static async Task<Sample> LoadAsync(
        IAsyncStream<BenchEvent>[] streams, int batch, TimeSpan time, TimeSpan? pace)
    {
        using var stopping = new CancellationTokenSource();
        Task[] publishers = [.. streams.Select(stream => Task.Run(() => PublishAsync(stream, batch, pace, stopping.Token)))];
        await Task.Delay(WarmUp);
        StreamSinks.Begin();
        long began = Stopwatch.GetTimestamp();
        await Task.Delay(time);
        (long events, double[] latencies) = StreamSinks.End();
        double seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        await stopping.CancelAsync();
        await Task.WhenAll(publishers);
        await StreamSinks.UntilQuietAsync();
        Array.Sort(latencies);
        return latencies.Length == 0
            ? new Sample(0, 0, 0)
            : new Sample(events / seconds, latencies[latencies.Length / 2], latencies[latencies.Length * 99 / 100]);
    }

    private static async Task PublishAsync(
        IAsyncStream<BenchEvent> stream, int batch, TimeSpan? pace, CancellationToken stopping)
    {
        byte[] body = new byte[BodyBytes];
        while (!stopping.IsCancellationRequested)
        {
            while (StreamSinks.Outstanding > MaxOutstanding && !stopping.IsCancellationRequested)
                await Task.Delay(1, CancellationToken.None);
            StreamSinks.Publish(batch);
            long now = Stopwatch.GetTimestamp();
            if (batch == 1)
                await stream.OnNextAsync(new BenchEvent(now, body));
            else
                await stream.OnNextBatchAsync(Enumerable.Range(0, batch).Select(_ => new BenchEvent(now, body)));
            if (pace is not null)
                await Task.Delay(pace.Value, CancellationToken.None);
        }
    }

    private static void Show(Dictionary<(string Case, string Provider), List<Sample>> results, int rounds)
    {
        Console.WriteLine("| events/s (p50, p99 from publisher to subscriber in ms) | memory | OrleansMq |\n|---|---|---|");
        foreach (string name in results.Keys.Select(key => key.Case).Distinct())
        {
            string[] cells = [.. Providers.Select(provider =>
            {
                Sample median = results[(name, provider)].OrderBy(sample => sample.PerSecond).ElementAt(rounds / 2);
                return $"{median.PerSecond:N0} ({median.P50:F1}, {median.P99:F1})";
            })];
            Console.WriteLine($"| {name} | {string.Join(" | ", cells)} |");
        }
    }

    private readonly record struct Sample(double PerSecond, double P50, double P99);
}

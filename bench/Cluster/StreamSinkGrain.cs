using System.Diagnostics;
using Orleans.Streams;

namespace OrleansMq.Bench.Cluster;

/// <summary>An event.</summary>
/// <param name="At">When it was published, on the stopwatch of the process.</param>
/// <param name="Body">What it carries.</param>
[GenerateSerializer, Immutable]
public sealed record BenchEvent([property: Id(0)] long At, [property: Id(1)] byte[] Body);

/// <summary>Subscribes to the stream of its key: provider, topic and key.</summary>
public interface IStreamSinkGrain : IGrainWithStringKey
{
    /// <summary>Subscribes.</summary>
    Task Subscribe();
}

internal sealed class StreamSinkGrain : Grain, IStreamSinkGrain
{
    public async Task Subscribe()
    {
        string[] names = this.GetPrimaryKeyString().Split('/');
        await this.GetStreamProvider(names[0]).GetStream<BenchEvent>(StreamId.Create(names[1], names[2])).SubscribeAsync(
            (item, _) =>
            {
                StreamSinks.Take(item);
                return Task.CompletedTask;
            });
    }
}

/// <summary>Counts what all subscribers take; one in eight events is timed.</summary>
internal static class StreamSinks
{
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(500);
    private static readonly Lock s_lock = new();
    private static readonly List<double> s_latencies = [];
    private static long s_count;
    private static long s_published;
    private static long s_taken;

    /// <summary>How many events are published and not taken.</summary>
    public static long Outstanding => Interlocked.Read(ref s_published) - Interlocked.Read(ref s_taken);

    public static void Publish(int events) => Interlocked.Add(ref s_published, events);

    public static void Take(BenchEvent item)
    {
        Interlocked.Increment(ref s_taken);
        if (Interlocked.Increment(ref s_count) % 8 != 0)
            return;

        double latency = Stopwatch.GetElapsedTime(item.At).TotalMilliseconds;
        lock (s_lock)
            s_latencies.Add(latency);
    }

    public static void Begin()
    {
        lock (s_lock)
            s_latencies.Clear();
        Interlocked.Exchange(ref s_count, 0);
    }

    public static (long Count, double[] Latencies) End()
    {
        lock (s_lock)
            return (Interlocked.Read(ref s_count), [.. s_latencies]);
    }

    /// <summary>Waits until nothing comes any more, so that one run does not reach into the next.</summary>
    public static async Task UntilQuietAsync()
    {
        long before;
        do
        {
            before = Interlocked.Read(ref s_count);
            await Task.Delay(Quiet);
        }
        while (Interlocked.Read(ref s_count) != before);
    }
}

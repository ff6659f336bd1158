using System.Diagnostics;

namespace OrleansMq.Bench.Cluster;

/// <summary>What a case gave.</summary>
/// <param name="PerSecond">Messages, or calls, in a second.</param>
/// <param name="P50">The median latency of a call.</param>
/// <param name="P99">The latency that one call in a hundred exceeds.</param>
internal readonly record struct Measured(double PerSecond, TimeSpan P50, TimeSpan P99)
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1.5);

    /// <summary>Makes calls from several workers at once, each one after the other.</summary>
    /// <param name="workers">How many calls are under way at a time.</param>
    /// <param name="time">How long, after a warm-up.</param>
    /// <param name="call">Makes a call of a worker and gives how many messages it was for.</param>
    public static async Task<Measured> RunAsync(int workers, TimeSpan time, Func<int, Task<int>> call)
    {
        await RunForAsync(workers, WarmUp, call);
        (long messages, List<double>[] latencies, double seconds) = await RunForAsync(workers, time, call);
        double[] sorted = [.. latencies.SelectMany(one => one).Order()];
        return new Measured(
            messages / seconds, TimeSpan.FromMilliseconds(sorted[sorted.Length / 2]),
            TimeSpan.FromMilliseconds(sorted[sorted.Length * 99 / 100]));
    }

    private static async Task<(long Messages, List<double>[] Latencies, double Seconds)> RunForAsync(
        int workers, TimeSpan time, Func<int, Task<int>> call)
    {
        long messages = 0;
        long began = Stopwatch.GetTimestamp();
        List<double>[] latencies = await Task.WhenAll(Enumerable.Range(0, workers).Select(worker => Task.Run(async () =>
        {
            var own = new List<double>();
            while (Stopwatch.GetElapsedTime(began) < time)
            {
                long at = Stopwatch.GetTimestamp();
                int count = await call(worker);
                own.Add(Stopwatch.GetElapsedTime(at).TotalMilliseconds);
                Interlocked.Add(ref messages, count);
            }

            return own;
        })));
        return (messages, latencies, Stopwatch.GetElapsedTime(began).TotalSeconds);
    }
}

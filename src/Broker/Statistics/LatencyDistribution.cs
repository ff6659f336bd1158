using System.Globalization;
using System.Text;

namespace OrleansMq.Broker.Statistics;

/// <summary>
/// How long calls took: how many within which bounds, in the last whole minute, and the longest of all. In the first
/// minute, in what there is of it. Counting takes no lock and allocates nothing. Thread-safe.
/// </summary>
public sealed class LatencyDistribution(long startedAt)
{
    private const long MinuteMilliseconds = 60_000;

    /// <summary>A call stands in the first bucket whose bound, in microseconds, it stays below.</summary>
    private static readonly long[] Bounds = MakeBounds();

    /// <summary>The groups that RocketMQ names, and the milliseconds that each stays below.</summary>
    private static readonly (string Name, long BelowMilliseconds)[] Groups =
    [
        ("[<=0ms]", 1), ("[0~10ms]", 10), ("[10~50ms]", 50), ("[50~100ms]", 100), ("[100~200ms]", 200),
        ("[200~500ms]", 500), ("[500ms~1s]", 1_000), ("[1~2s]", 2_000), ("[2~3s]", 3_000), ("[3~4s]", 4_000),
        ("[4~5s]", 5_000), ("[5~10s]", 10_000), ("[10s~]", long.MaxValue),
    ];

    private long[] _counts = new long[Bounds.Length + 1];
    private long[]? _lastMinute;
    private long _minuteBeganAt = startedAt;
    private long _max;

    /// <summary>The longest call since the start, in microseconds.</summary>
    public long MaxMicroseconds => Volatile.Read(ref _max);

    private long[] Shown => Volatile.Read(ref _lastMinute) ?? Volatile.Read(ref _counts);

    /// <summary>Counts a call.</summary>
    public void Add(long microseconds)
    {
        int found = Bounds.AsSpan().BinarySearch(microseconds);
        Interlocked.Increment(ref Volatile.Read(ref _counts)[found < 0 ? ~found : found + 1]);
        long max = Volatile.Read(ref _max);
        while (microseconds > max)
        {
            long before = Interlocked.CompareExchange(ref _max, microseconds, max);
            if (before == max)
                return;
            max = before;
        }
    }

    /// <summary>Begins another minute if one is over. Called by one thread.</summary>
    /// <param name="now">Milliseconds of a clock that only goes forward.</param>
    public void Sample(long now)
    {
        if (now - _minuteBeganAt < MinuteMilliseconds)
            return;

        _minuteBeganAt = now;
        Volatile.Write(ref _lastMinute, Interlocked.Exchange(ref _counts, new long[Bounds.Length + 1]));
    }

    /// <summary>
    /// How many milliseconds a share of the calls took at most: the bound of the bucket in which the last of them
    /// stands. 0 without calls.
    /// </summary>
    public double Percentile(double share)
    {
        long[] counts = Shown;
        long rank = (long)Math.Ceiling(counts.Sum() * share);
        for (int bucket = 0; rank > 0 && bucket < counts.Length; bucket++)
        {
            rank -= counts[bucket];
            if (rank <= 0)
                return (bucket < Bounds.Length ? Bounds[bucket] : MaxMicroseconds) / 1_000.0;
        }

        return 0;
    }

    /// <summary>The calls in RocketMQ's groups, as it writes them: <c>[0~10ms]:17</c>, separated by blanks.</summary>
    public override string ToString()
    {
        long[] counts = Shown;
        var text = new StringBuilder();
        int bucket = 0;
        foreach ((string name, long below) in Groups)
        {
            long count = 0;
            for (; bucket < counts.Length && (below == long.MaxValue || IsBelow(bucket, below)); bucket++)
                count += counts[bucket];
            text.Append(CultureInfo.InvariantCulture, $"{name}:{count} ");
        }

        return text.ToString();
    }

    private static bool IsBelow(int bucket, long milliseconds) =>
        bucket < Bounds.Length && Bounds[bucket] <= milliseconds * 1_000;

    private static long[] MakeBounds()
    {
        var bounds = new List<long> { 10, 20, 50, 100, 200, 500 };
        (int Until, int Step)[] milliseconds =
            [(20, 1), (50, 2), (100, 5), (200, 10), (500, 50), (1_000, 100), (10_000, 1_000)];
        int at = 0;
        foreach ((int until, int step) in milliseconds)
        {
            while (at < until)
                bounds.Add((at += step) * 1_000L);
        }

        return [.. bounds];
    }
}

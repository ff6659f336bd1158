using System.Diagnostics;
using System.Numerics;

namespace OrleansMq.Bench.Macro.Measurement;

/// <summary>
/// Counts latencies in microseconds: each below 2,048 by itself, longer ones to within a thousandth, as HdrHistogram
/// does it.
/// </summary>
internal sealed class LatencyHistogram
{
    private const int HalfBits = 10;
    private const int HalfCount = 1 << HalfBits;
    private const int Ranges = 32;

    private readonly long[] _counts = new long[(Ranges + 1) * HalfCount];

    /// <summary>How many were recorded.</summary>
    public long Count { get; private set; }

    /// <summary>The longest.</summary>
    public TimeSpan Max { get; private set; }

    /// <summary>Records a time in ticks of the stopwatch, <paramref name="weight"/> times.</summary>
    public void Record(long ticks, int weight = 1)
    {
        long microseconds = (long)(ticks * 1e6 / Stopwatch.Frequency);
        int range = Math.Max(0, BitOperations.Log2((ulong)microseconds | 1) - HalfBits);
        _counts[(range << HalfBits) + (int)(microseconds >> range)] += weight;
        Count += weight;
        var time = TimeSpan.FromMicroseconds(microseconds);
        if (time > Max)
            Max = time;
    }

    /// <summary>The time within which a share of all lies, 0 to 1; zero if nothing was recorded.</summary>
    public TimeSpan Quantile(double share)
    {
        long wanted = (long)Math.Ceiling(Count * share);
        long seen = 0;
        for (int index = 0; index < _counts.Length; index++)
        {
            seen += _counts[index];
            if (seen >= wanted && seen > 0)
                return TimeSpan.FromMicroseconds(Math.Min(HighestOf(index), Max.TotalMicroseconds));
        }

        return TimeSpan.Zero;
    }

    private static long HighestOf(int index)
    {
        int range = Math.Max(0, (index >> HalfBits) - 1);
        long lowest = (long)(index - (range << HalfBits)) << range;
        return lowest + (1L << range) - 1;
    }
}

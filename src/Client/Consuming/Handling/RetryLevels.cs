namespace OrleansMq.Client.Consuming.Handling;

/// <summary>RocketMQ's delay levels, as brokers have them unless they are configured otherwise.</summary>
internal static class RetryLevels
{
    private static readonly int[] s_seconds =
        [1, 5, 10, 30, 60, 120, 180, 240, 300, 360, 420, 480, 540, 600, 1_200, 1_800, 3_600, 7_200];

    /// <summary>The level whose delay is nearest, from 1.</summary>
    public static int Nearest(TimeSpan delay)
    {
        int best = 0;
        for (int index = 1; index < s_seconds.Length; index++)
        {
            if (Math.Abs(s_seconds[index] - delay.TotalSeconds) < Math.Abs(s_seconds[best] - delay.TotalSeconds))
                best = index;
        }

        return best + 1;
    }
}

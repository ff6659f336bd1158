using System.Globalization;

namespace OrleansMq.Cli.Demo;

/// <summary>Numbers as the table shows them.</summary>
internal static class Figures
{
    /// <summary>A count with separators.</summary>
    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>Messages per second.</summary>
    public static string Rate(long count, TimeSpan elapsed) =>
        Count((long)(count / Math.Max(elapsed.TotalSeconds, 1e-6))) + "/s";

    /// <summary>A time in milliseconds.</summary>
    public static string Milliseconds(double milliseconds) =>
        milliseconds.ToString(milliseconds < 10 ? "0.0" : "0", CultureInfo.InvariantCulture) + " ms";

    /// <summary>The value below which a share of the values lies; sorts them.</summary>
    public static double Percentile(List<double> values, double share)
    {
        values.Sort();
        return values.Count == 0 ? 0 : values[(int)Math.Min(values.Count - 1, values.Count * share)];
    }
}

using System.Globalization;

namespace OrleansMq.Cli;

/// <summary>Times as people read them, in their own zone.</summary>
internal static class LocalTime
{
    /// <summary>A time to the second; empty for none.</summary>
    public static string Show(long? milliseconds) => milliseconds is > 0
        ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds.Value).ToLocalTime()
            .ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)
        : "";
}

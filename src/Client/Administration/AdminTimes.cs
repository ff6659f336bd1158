namespace OrleansMq.Client.Administration;

/// <summary>Times as brokers write them.</summary>
internal static class AdminTimes
{
    /// <summary>A time; null for 0 and less, which stand for none.</summary>
    public static DateTimeOffset? OrNull(long milliseconds) =>
        milliseconds > 0 ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : null;
}

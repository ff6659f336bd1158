using System.Globalization;

namespace OrleansMq.Client.Administration;

/// <summary>How a broker is.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Address">Where it listens.</param>
/// <param name="Values">All that it said of itself, see docs/reference/statistics.md; empty if it said nothing.</param>
/// <param name="Problem">Why it did not answer; null if it did.</param>
public sealed record BrokerStatus(
    string Name, string Address, IReadOnlyDictionary<string, string> Values, string? Problem)
{
    /// <summary>Whether it answered.</summary>
    public bool IsReachable => Problem is null;

    /// <summary>Whether it takes messages; false when it is drained, or its disk failed.</summary>
    public bool IsActive => Values.GetValueOrDefault("brokerActive") == "true";

    /// <summary>Its version.</summary>
    public string? Version => Values.GetValueOrDefault("brokerVersionDesc");

    /// <summary>When it was started; null if it does not say.</summary>
    public DateTimeOffset? Started => AdminTimes.OrNull(Number("bootTimestamp") ?? 0);

    /// <summary>Messages that it stored since its start.</summary>
    public long? MessagesStored => Number("msgPutTotalTodayNow");

    /// <summary>Messages that it gave to consumers since its start.</summary>
    public long? MessagesGiven => Number("msgGetTotalTodayNow");

    /// <summary>The bytes of its log.</summary>
    public long? LogBytes => Number("commitLogMaxOffset") - Number("commitLogMinOffset");

    /// <summary>When the oldest message that it keeps was stored; null without one.</summary>
    public DateTimeOffset? OldestMessage => AdminTimes.OrNull(Number("earliestMessageTimeStamp") ?? 0);

    /// <summary>How full the disk with its store is, 0 to 1.</summary>
    public double? DiskUsed => double.TryParse(
        Values.GetValueOrDefault("commitLogDiskRatio"), CultureInfo.InvariantCulture, out double ratio) ? ratio : null;

    /// <summary>Messages that wait for their delivery time.</summary>
    public long? MessagesWaiting => Number("timerCongestNum");

    /// <summary>Transactions that are not over.</summary>
    public long? OpenTransactions => Number("openTransactions");

    private long? Number(string key) => long.TryParse(
        Values.GetValueOrDefault(key), CultureInfo.InvariantCulture, out long number) ? number : null;
}

namespace OrleansMq.Client.Consuming;

/// <summary>Where a group begins in a queue of which it has consumed nothing yet.</summary>
public readonly record struct StartPosition
{
    private StartPosition(bool isLatest, DateTimeOffset? time) => (IsLatest, Time) = (isLatest, time);

    /// <summary>At the oldest message that is kept.</summary>
    public static StartPosition Earliest => default;

    /// <summary>Behind the newest message.</summary>
    public static StartPosition Latest { get; } = new(true, null);

    /// <summary>Whether it is behind the newest message.</summary>
    public bool IsLatest { get; }

    /// <summary>The time from which on messages are wanted; null for the oldest or the newest.</summary>
    public DateTimeOffset? Time { get; }

    /// <summary>At the first message that was stored at a time or later.</summary>
    public static StartPosition AtTime(DateTimeOffset time) => new(false, time);
}

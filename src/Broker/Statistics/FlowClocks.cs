namespace OrleansMq.Broker.Statistics;

/// <summary>When the counters of a table are noted for their windows. RocketMQ: <c>StatsItemSet</c>.</summary>
/// <param name="startedAt">Milliseconds of a clock that only goes forward.</param>
public sealed class FlowClocks(long startedAt)
{
    /// <summary>For the last minute: every 10 seconds.</summary>
    public SamplingClock Minute { get; } = new(TimeSpan.FromSeconds(10), 6, startedAt);

    /// <summary>For the last hour: every 10 minutes.</summary>
    public SamplingClock Hour { get; } = new(TimeSpan.FromMinutes(10), 6, startedAt);

    /// <summary>For the last day: every hour.</summary>
    public SamplingClock Day { get; } = new(TimeSpan.FromHours(1), 24, startedAt);

    /// <summary>Moves on to now; which windows a note is due for.</summary>
    public DueNotes Tick(long now) => new(Minute.TryTick(now), Hour.TryTick(now), Day.TryTick(now));
}

/// <summary>Which windows a note is due for.</summary>
public readonly record struct DueNotes(bool Minute, bool Hour, bool Day)
{
    /// <summary>Whether any is.</summary>
    public bool IsAny => Minute || Hour || Day;
}

namespace OrleansMq.Broker.Statistics;

/// <summary>
/// What one counter had come to at the times of its table's clocks. One that is made later had come to nothing before,
/// which is what its empty slots say. RocketMQ: <c>StatsItem</c>.
/// </summary>
public sealed class FlowHistory(FlowClocks clocks)
{
    private readonly FlowTotals[] _minute = new FlowTotals[clocks.Minute.Slots];
    private readonly FlowTotals[] _hour = new FlowTotals[clocks.Hour.Slots];
    private readonly FlowTotals[] _day = new FlowTotals[clocks.Day.Slots];

    /// <summary>Notes what the counter has come to, for the windows that are due.</summary>
    public void Note(DueNotes due, FlowTotals totals)
    {
        if (due.Minute)
            _minute[clocks.Minute.Newest] = totals;
        if (due.Hour)
            _hour[clocks.Hour.Newest] = totals;
        if (due.Day)
            _day[clocks.Day.Newest] = totals;
    }

    /// <summary>Whether the counter has not moved for a day.</summary>
    public bool IsIdle(FlowTotals totals) => Array.TrueForAll(_day, noted => noted == totals);

    /// <summary>What was added lately.</summary>
    public FlowReading Read(FlowTotals totals, long now) => new(
        Read(clocks.Minute, _minute, TimeSpan.FromMinutes(1), totals, now),
        Read(clocks.Hour, _hour, TimeSpan.FromHours(1), totals, now),
        Read(clocks.Day, _day, TimeSpan.FromDays(1), totals, now));

    private static FlowWindow Read(
        SamplingClock clock, FlowTotals[] notes, TimeSpan window, FlowTotals totals, long now)
    {
        int begin = clock.BeginOf(window, now);
        return new FlowWindow(totals - notes[begin], clock.SecondsSince(begin, now));
    }
}

namespace OrleansMq.Broker.Statistics;

/// <summary>
/// What the broker had taken in and given out when this day began, and the one before. RocketMQ: <c>BrokerStats</c>.
/// </summary>
/// <param name="today">The day it starts on: nothing had been counted before.</param>
public sealed class DailyTotals(DateOnly today)
{
    private DateOnly _today = today;

    /// <summary>As this day began.</summary>
    public DayTotals ThisMorning { get; private set; }

    /// <summary>As the day before began.</summary>
    public DayTotals YesterdayMorning { get; private set; }

    /// <summary>Tells the day and what has been counted. Called every second; a day that comes again is none.</summary>
    public void Note(DateOnly today, DayTotals now)
    {
        if (today <= _today)
            return;

        // Who slept through a whole day took nothing in on it.
        YesterdayMorning = today == _today.AddDays(1) ? ThisMorning : now;
        ThisMorning = now;
        _today = today;
    }
}

/// <summary>Messages counted since the broker's start.</summary>
/// <param name="Puts">Messages taken in.</param>
/// <param name="Gets">Messages given to consumers.</param>
public readonly record struct DayTotals(long Puts, long Gets);

using System.Globalization;

namespace OrleansMq.Broker.Statistics;

/// <summary>
/// Rates of the whole broker over the last 10, 60 and 600 seconds; of a younger broker, since its start. RocketMQ:
/// <c>StoreStatsService</c>.
/// </summary>
/// <param name="startedAt">Milliseconds of a clock that only goes forward.</param>
public sealed class RateHistory(long startedAt)
{
    private const int LongestSeconds = 600;

    private readonly SamplingClock _clock = new(TimeSpan.FromSeconds(1), LongestSeconds, startedAt);
    private readonly long[] _notes = new long[LongestSeconds + 1];

    /// <summary>Notes what the counter has come to, if a second has passed.</summary>
    public void Note(long total, long now)
    {
        if (_clock.TryTick(now))
            _notes[_clock.Newest] = total;
    }

    /// <summary>How many there were per second lately.</summary>
    public double PerSecond(long total, int seconds, long now)
    {
        int begin = _clock.BeginOf(TimeSpan.FromSeconds(seconds), now);
        return (total - _notes[begin]) / _clock.SecondsSince(begin, now);
    }

    /// <summary>The three rates, separated by blanks.</summary>
    public string ToText(long total, long now) => string.Create(
        CultureInfo.InvariantCulture,
        $"{PerSecond(total, 10, now):0.####} {PerSecond(total, 60, now):0.####} {PerSecond(total, 600, now):0.####}");
}

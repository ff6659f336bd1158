using OrleansMq.Broker.Statistics;

namespace OrleansMq.Broker.Tests.Statistics;

/// <summary>One message a second, noted whenever a note is due, and what the windows say of it at any time.</summary>
public sealed class FlowHistoryTests
{
    private readonly FlowClocks _clocks = new(0);
    private readonly FlowHistory _history;
    private long _now;

    public FlowHistoryTests() => _history = new FlowHistory(_clocks);

    private FlowTotals Totals => new(_now / 1_000, _now / 10, _now / 2_000, _now / 100);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(59, 59)]
    [InlineData(60, 60)]
    [InlineData(69, 69)]
    [InlineData(70, 60)]
    [InlineData(3_605, 65)]
    [InlineData(100_000, 60)]
    public void Minute_ReachesBackToTheNoteBeforeIt(int seconds, int expected)
    {
        Run(seconds);

        FlowWindow minute = _history.Read(Totals, _now).Minute;
        Assert.Equal((expected, expected, 1.0), (minute.Added.Messages, minute.Seconds, minute.MessagesPerSecond));
        Assert.Equal(expected * 100, minute.Added.Bytes);
    }

    [Theory]
    [InlineData(599, 599)]
    [InlineData(3_600, 3_600)]
    [InlineData(4_199, 4_199)]
    [InlineData(4_200, 3_600)]
    [InlineData(100_000, 4_000)]
    public void Hour_ReachesBackToTheNoteBeforeIt(int seconds, int expected)
    {
        Run(seconds);

        FlowWindow hour = _history.Read(Totals, _now).Hour;
        Assert.Equal((expected, expected), (hour.Added.Messages, hour.Seconds));
    }

    [Theory]
    [InlineData(3_599, 3_599)]
    [InlineData(86_400, 86_400)]
    [InlineData(89_999, 89_999)]
    [InlineData(90_000, 86_400)]
    public void Day_ReachesBackToTheNoteBeforeIt(int seconds, int expected)
    {
        Run(seconds);

        FlowWindow day = _history.Read(Totals, _now).Day;
        Assert.Equal((expected, expected), (day.Added.Messages, day.Seconds));
    }

    [Fact]
    public void Windows_CountAllOfIt_WhenTheCounterIsYounger()
    {
        Run(100_000);
        var young = new FlowHistory(_clocks);

        FlowReading reading = young.Read(new FlowTotals(7, 0, 0, 0), _now);

        Assert.Equal((7, 7, 7), (
            reading.Minute.Added.Messages, reading.Hour.Added.Messages, reading.Day.Added.Messages));
    }

    [Fact]
    public void IsIdle_AfterADayWithoutAChange()
    {
        Run(10);
        FlowTotals still = Totals;
        for (int hour = 1; hour <= 25; hour++)
        {
            Assert.False(_history.IsIdle(still));
            _now += 3_600_000;
            _history.Note(_clocks.Tick(_now), still);
        }

        Assert.True(_history.IsIdle(still));
        Assert.False(_history.IsIdle(still with { Messages = still.Messages + 1 }));
    }

    private void Run(int seconds)
    {
        for (int second = 0; second < seconds; second++)
        {
            _now += 1_000;
            DueNotes due = _clocks.Tick(_now);
            if (due.IsAny)
                _history.Note(due, Totals);
        }
    }
}

using OrleansMq.Broker.Statistics;

namespace OrleansMq.Broker.Tests.Statistics;

public sealed class DailyTotalsTests
{
    private static readonly DateOnly Monday = new(2026, 1, 5);

    private readonly DailyTotals _days = new(Monday);

    [Fact]
    public void Mornings_AreNothing_OnTheFirstDay()
    {
        _days.Note(Monday, new DayTotals(10, 5));

        Assert.Equal((default, default), (_days.ThisMorning, _days.YesterdayMorning));
    }

    [Fact]
    public void Mornings_MoveOn_AtMidnight()
    {
        _days.Note(Monday.AddDays(1), new DayTotals(10, 5));
        Assert.Equal((new DayTotals(10, 5), default), (_days.ThisMorning, _days.YesterdayMorning));

        _days.Note(Monday.AddDays(1), new DayTotals(15, 9));
        Assert.Equal(new DayTotals(10, 5), _days.ThisMorning);

        _days.Note(Monday.AddDays(2), new DayTotals(30, 20));
        Assert.Equal((new DayTotals(30, 20), new DayTotals(10, 5)), (_days.ThisMorning, _days.YesterdayMorning));
    }

    [Fact]
    public void Mornings_AreTheSame_AfterADayThatWasSleptThrough()
    {
        _days.Note(Monday.AddDays(3), new DayTotals(10, 5));

        Assert.Equal((new DayTotals(10, 5), new DayTotals(10, 5)), (_days.ThisMorning, _days.YesterdayMorning));
    }

    [Fact]
    public void Mornings_Stay_WhenTheClockIsSetBack()
    {
        _days.Note(Monday.AddDays(1), new DayTotals(10, 5));
        _days.Note(Monday, new DayTotals(11, 6));
        _days.Note(Monday.AddDays(1), new DayTotals(12, 7));

        Assert.Equal((new DayTotals(10, 5), default), (_days.ThisMorning, _days.YesterdayMorning));
    }
}

using OrleansMq.Broker.Statistics;

namespace OrleansMq.Broker.Tests.Statistics;

public sealed class RateHistoryTests
{
    private readonly RateHistory _rates = new(startedAt: 0);

    [Fact]
    public void PerSecond_IsOverTheTimeSinceTheStart_WhileThatIsShorter()
    {
        _rates.Note(40, 4_000);

        Assert.Equal((10, 10, 10), (
            _rates.PerSecond(40, 10, 4_000), _rates.PerSecond(40, 60, 4_000), _rates.PerSecond(40, 600, 4_000)));
    }

    [Fact]
    public void PerSecond_IsOverItsOwnTime()
    {
        // 1 a second for 540 s, then 11 a second for 50 s, then 101 a second for 10 s.
        long total = 0;
        for (int second = 1; second <= 600; second++)
        {
            total += second <= 540 ? 1 : second <= 590 ? 11 : 101;
            _rates.Note(total, second * 1_000);
        }

        Assert.Equal(101, _rates.PerSecond(total, 10, 600_000));
        Assert.Equal(26, _rates.PerSecond(total, 60, 600_000));
        Assert.Equal(3.5, _rates.PerSecond(total, 600, 600_000));
        Assert.Equal("101 26 3.5", _rates.ToText(total, 600_000));
    }

    [Fact]
    public void PerSecond_FallsToNothing_WhenNothingComes()
    {
        for (int second = 1; second <= 700; second++)
            _rates.Note(50, second * 1_000);

        Assert.Equal("0 0 0", _rates.ToText(50, 700_000));
    }
}

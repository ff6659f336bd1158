using OrleansMq.Broker.Statistics;

namespace OrleansMq.Broker.Tests.Statistics;

public sealed class SamplingClockTests
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(3);

    private readonly SamplingClock _clock = new(TimeSpan.FromSeconds(1), 3, startedAt: 5_000);

    [Theory]
    [InlineData(5_000, false)]
    [InlineData(5_999, false)]
    [InlineData(6_000, true)]
    [InlineData(60_000, true)]
    [InlineData(4_000, false)]
    public void TryTick_IsTrue_OnceTheIntervalHasPassed(long now, bool expected)
    {
        Assert.Equal(expected, _clock.TryTick(now));
        Assert.False(_clock.TryTick(now));
    }

    [Fact]
    public void TryTick_PutsTheNewestInThePlaceOfTheOldest()
    {
        int[] slots = [.. Enumerable.Range(6, 5).Select(second =>
        {
            Assert.True(_clock.TryTick(second * 1_000));
            return _clock.Newest;
        })];

        Assert.Equal([1, 2, 3, 0, 1], slots);
    }

    [Fact]
    public void BeginOf_IsTheStart_WhileTheClockIsYounger()
    {
        _clock.TryTick(6_000);
        _clock.TryTick(7_000);

        Assert.Equal(0, _clock.BeginOf(Window, 7_500));
        Assert.Equal(2.5, _clock.SecondsSince(0, 7_500));
    }

    [Fact]
    public void BeginOf_IsTheLatestNoteThatIsOldEnough()
    {
        for (long now = 6_000; now <= 9_000; now += 1_000)
            _clock.TryTick(now);

        // Noted at 6, 7, 8 and 9 s, in the slots 1, 2, 3 and 0.
        Assert.Equal(1, _clock.BeginOf(Window, 9_000));
        Assert.Equal(1, _clock.BeginOf(Window, 9_999));
        Assert.Equal(2, _clock.BeginOf(Window, 10_000));
        Assert.Equal(0, _clock.BeginOf(TimeSpan.Zero, 9_999));
    }

    [Fact]
    public void BeginOf_IsTheLatestNote_WhenNothingWasNotedForLong()
    {
        _clock.TryTick(6_000);

        Assert.Equal(1, _clock.BeginOf(Window, 600_000));
        Assert.Equal(594, _clock.SecondsSince(1, 600_000));
    }

    [Fact]
    public void SecondsSince_IsOneAtLeast() => Assert.Equal(1, _clock.SecondsSince(0, 5_001));
}

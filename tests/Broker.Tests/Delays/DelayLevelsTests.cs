using OrleansMq.Broker.Delays;

namespace OrleansMq.Broker.Tests.Delays;

public sealed class DelayLevelsTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 10)]
    [InlineData(5, 60)]
    [InlineData(16, 1_800)]
    [InlineData(18, 7_200)]
    [InlineData(19, 7_200)]
    [InlineData(int.MaxValue, 7_200)]
    public void DelayOf_GivesTheDelay_CutToTheHighestLevel(int level, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), DelayLevels.Default.DelayOf(level));

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void DelayOf_Throws_BelowTheFirstLevel(int level) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => DelayLevels.Default.DelayOf(level));

    [Fact]
    public void TryParse_ReadsEveryUnit()
    {
        Assert.True(DelayLevels.TryParse(" 2s  3m 4h 5d ", out DelayLevels? levels, out _));
        Assert.Equal(
            [TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(3), TimeSpan.FromHours(4), TimeSpan.FromDays(5)],
            Enumerable.Range(1, levels.Count).Select(levels.DelayOf));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("s")]
    [InlineData("1")]
    [InlineData("1s 2x")]
    [InlineData("0s")]
    [InlineData("-1s")]
    [InlineData("1.5s")]
    [InlineData("1000000s")]
    public void TryParse_GivesAProblem_WhenTheTextIsWrong(string text)
    {
        Assert.False(DelayLevels.TryParse(text, out DelayLevels? levels, out string? problem));
        Assert.Null(levels);
        Assert.NotEmpty(problem!);
    }
}

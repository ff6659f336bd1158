using OrleansMq.Gateway.Listeners;

namespace OrleansMq.Gateway.Tests.Listeners;

public sealed class LogLimiterTests
{
    [Fact]
    public void TryPass_HoldsBack_WhenThePeriodIsFull()
    {
        var limiter = new LogLimiter();
        for (int message = 0; message < LogLimiter.MessagesPerPeriod; message++)
            Assert.True(limiter.TryPass(0, out _));
        Assert.False(limiter.TryPass(LogLimiter.PeriodMilliseconds - 1, out _));
    }

    [Fact]
    public void TryPass_TellsWhatWasHeldBack_WhenANewPeriodBegins()
    {
        var limiter = new LogLimiter();
        for (int message = 0; message < LogLimiter.MessagesPerPeriod + 3; message++)
            limiter.TryPass(0, out _);
        Assert.True(limiter.TryPass(LogLimiter.PeriodMilliseconds, out int suppressed));
        Assert.Equal(3, suppressed);
        Assert.True(limiter.TryPass(LogLimiter.PeriodMilliseconds, out suppressed));
        Assert.Equal(0, suppressed);
    }
}

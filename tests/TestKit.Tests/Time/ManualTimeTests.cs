using OrleansMq.TestKit.Time;

namespace OrleansMq.TestKit.Tests.Time;

public sealed class ManualTimeTests
{
    private static readonly DateTimeOffset Start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly ManualTime _time = new(Start);

    [Fact]
    public void Clock_StandsUntilItIsMoved()
    {
        long timestamp = _time.GetTimestamp();
        Assert.Equal((Start, timestamp), (_time.GetUtcNow(), _time.GetTimestamp()));
        _time.Advance(TimeSpan.FromSeconds(90));
        Assert.Equal(Start.AddSeconds(90), _time.GetUtcNow());
        Assert.Equal(TimeSpan.FromSeconds(90), _time.GetElapsedTime(timestamp));
        _time.SetUtcNow(Start.AddDays(1));
        Assert.Equal(Start.AddDays(1), _time.GetUtcNow());
    }

    [Fact]
    public void Clock_DoesNotGoBack()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => _time.Advance(TimeSpan.FromTicks(-1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => _time.SetUtcNow(Start.AddTicks(-1)));
        Assert.Equal(Start, _time.GetUtcNow());
    }

    [Fact]
    public void Timers_FireInTheirOrder_AndSeeTheirTime()
    {
        var fired = new List<(string, double)>();
        using ITimer late = Timer("late", 30, null);
        using ITimer early = Timer("early", 10, null);
        using ITimer periodic = Timer("periodic", 15, 10);
        using ITimer gone = Timer("gone", 5, null);
        gone.Dispose();

        _time.Advance(TimeSpan.FromSeconds(9));
        Assert.Empty(fired);
        _time.Advance(TimeSpan.FromSeconds(27));
        Assert.Equal(
            [("early", 10), ("periodic", 15), ("periodic", 25), ("late", 30), ("periodic", 35)], fired);
        Assert.Equal(Start.AddSeconds(36), _time.GetUtcNow());

        ITimer Timer(string name, int due, int? period) => _time.CreateTimer(
            _ => fired.Add((name, (_time.GetUtcNow() - Start).TotalSeconds)), null, TimeSpan.FromSeconds(due),
            period is { } every ? TimeSpan.FromSeconds(every) : Timeout.InfiniteTimeSpan);
    }

    [Fact]
    public void PeriodicTimer_PassesOverMostOfALongMove_ButNotItsEnd()
    {
        int count = 0;
        DateTimeOffset last = default;
        using ITimer timer = _time.CreateTimer(
            _ =>
            {
                count++;
                last = _time.GetUtcNow();
            },
            null, TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(1));
        _time.Advance(TimeSpan.FromDays(30));
        Assert.InRange(count, 1_000, 1_002);
        Assert.Equal(_time.GetUtcNow(), last);
        _time.Advance(TimeSpan.FromMilliseconds(3));
        Assert.InRange(count, 1_003, 1_005);
    }

    [Fact]
    public async Task Delay_EndsWhenTheClockReachesIt()
    {
        Task delay = Task.Delay(TimeSpan.FromMinutes(1), _time);
        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.False(delay.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));
        await delay.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Timer_ThatIsDueAtOnce_DoesNotWaitForTheClock()
    {
        var fired = new TaskCompletionSource();
        await using ITimer timer = _time.CreateTimer(
            _ => fired.SetResult(), null, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        await fired.Task.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void Timer_CannotMoveTheClock()
    {
        InvalidOperationException? refusal = null;
        using ITimer timer = _time.CreateTimer(
            _ => refusal = Assert.Throws<InvalidOperationException>(() => _time.Advance(TimeSpan.FromSeconds(1))),
            null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.NotNull(refusal);
    }
}

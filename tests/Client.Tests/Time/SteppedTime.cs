namespace OrleansMq.Client.Tests.Time;

/// <summary>A clock that goes on when the test says so; it has no timers.</summary>
internal sealed class SteppedTime : TimeProvider
{
    private long _timestamp = TimeSpan.TicksPerDay;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _timestamp;

    public void Advance(TimeSpan by) => _timestamp += by.Ticks;
}

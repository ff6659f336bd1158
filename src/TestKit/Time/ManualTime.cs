namespace OrleansMq.TestKit.Time;

/// <summary>
/// A clock that stands until a test moves it. Timers made from it fire as it is moved, in their order, on the thread
/// that moves it; then whoever follows the clock catches up, and only then is it moved. Thread-safe.
/// </summary>
public sealed class ManualTime : TimeProvider
{
    /// <summary>So often the clock stops in one move for whoever follows it, at what is due; then it jumps.</summary>
    private const int MaxStopsPerMove = 1_000;

    /// <summary>
    /// A periodic timer fires so often in one move; what is left is passed over, as when a machine sleeps.
    /// </summary>
    private const int MaxTicksPerMove = 1_000;

    private readonly Lock _gate = new();
    private readonly Lock _moving = new();
    private readonly HashSet<ManualTimer> _timers = [];
    private readonly long _start;
    private long _now;
    private long _lastTimer;

    /// <summary>Makes a clock.</summary>
    /// <param name="start">What it shows.</param>
    public ManualTime(DateTimeOffset start) => _start = _now = start.UtcTicks;

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <summary>Follows the clock: called after each stop and each move, before it counts as done.</summary>
    internal Action<bool> Moved { get; set; } = static _ => { };

    /// <summary>Where whoever follows the clock wants a stop; null for nowhere.</summary>
    internal Func<DateTimeOffset?> NextStop { get; set; } = static () => null;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref _now), TimeSpan.Zero);

    /// <inheritdoc/>
    public override long GetTimestamp() => Interlocked.Read(ref _now) - _start + 1;

    /// <summary>Moves the clock on.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The time is negative.</exception>
    /// <exception cref="InvalidOperationException">A timer that this clock fires tries to move it.</exception>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        Move(() => Interlocked.Read(ref _now) + by.Ticks);
    }

    /// <summary>Moves the clock to a later time.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It shows a later one already.</exception>
    /// <exception cref="InvalidOperationException">A timer that this clock fires tries to move it.</exception>
    public void SetUtcNow(DateTimeOffset to) => Move(() =>
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(to, GetUtcNow());
        return to.UtcTicks;
    });

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new ManualTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    private void Move(Func<long> target)
    {
        if (_moving.IsHeldByCurrentThread)
            throw new InvalidOperationException("A timer cannot move the clock that fires it.");
        lock (_moving)
        {
            long until = target();
            for (int stops = 0; stops < MaxStopsPerMove && NextStop()?.UtcTicks is { } stop && stop < until; stops++)
            {
                FireUntil(Math.Max(stop, _now));
                Moved(false);
            }

            FireUntil(until);
            Moved(true);
        }
    }

    private void FireUntil(long until)
    {
        while (TakeDue(until) is { } timer)
            timer.Fire();
        Interlocked.Exchange(ref _now, until);
    }

    /// <summary>The next timer that is due; sets the clock to its time.</summary>
    private ManualTimer? TakeDue(long until)
    {
        lock (_gate)
        {
            ManualTimer? next = _timers.Where(timer => timer.DueAt <= until)
                .OrderBy(timer => timer.DueAt).ThenBy(timer => timer.Number).FirstOrDefault();
            if (next is null)
                return null;
            Interlocked.Exchange(ref _now, Math.Max(_now, next.DueAt));
            next.Rearm(until);
            return next;
        }
    }

    private sealed class ManualTimer(ManualTime time, Action fire) : ITimer
    {
        private long _period;

        public long DueAt { get; private set; } = long.MaxValue;

        public long Number { get; private set; }

        public void Fire() => fire();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._gate)
            {
                _period = period > TimeSpan.Zero ? period.Ticks : 0;
                DueAt = dueTime == Timeout.InfiniteTimeSpan ? long.MaxValue : time._now + dueTime.Ticks;
                Number = ++time._lastTimer;
                if (DueAt == long.MaxValue)
                    time._timers.Remove(this);
                else
                    time._timers.Add(this);
            }

            // As with the system's timers, what is due at once does not wait for the clock.
            if (dueTime == TimeSpan.Zero)
                ThreadPool.QueueUserWorkItem(_ => FireAtOnce());
            return true;
        }

        /// <summary>Sets the timer to its next time, under the gate.</summary>
        public void Rearm(long until)
        {
            if (_period == 0)
            {
                DueAt = long.MaxValue;
                time._timers.Remove(this);
                return;
            }

            long left = (until - DueAt) / _period;
            DueAt += _period * Math.Max(1, left - MaxTicksPerMove);
        }

        public void Dispose()
        {
            lock (time._gate)
            {
                time._timers.Remove(this);
                DueAt = long.MaxValue;
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void FireAtOnce()
        {
            lock (time._gate)
            {
                if (DueAt > time._now)
                    return;
                Rearm(time._now);
            }

            fire();
        }
    }
}

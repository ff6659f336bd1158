using OrleansMq.Broker.Delays;

namespace OrleansMq.Broker.Tests.Delays;

/// <summary>
/// Goal: the wheel behaves as a sorted list does. Method: seeded random adds, removals and moves of the clock, by
/// milliseconds, forward by hours and back by seconds, with the same done to a list, compared after each step.
/// </summary>
public sealed class TimerWheelModelTests
{
    private const int Runs = 300;
    private const int Steps = 400;

    [Fact]
    public void Wheel_DoesAsASortedListDoes()
    {
        for (int seed = 1; seed <= Runs; seed++)
        {
            try
            {
                new Run(seed).Play();
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"The run with seed {seed} failed.", exception);
            }
        }
    }

    private sealed class Run(int seed)
    {
        private readonly Random _random = new(seed);
        private readonly TimerWheel _wheel = new(200);
        private readonly List<TimerEntry> _model = [];
        private readonly TimerEntry[] _due = new TimerEntry[7];
        private long _now = 1_700_000_000_000 + seed;
        private long _nextOffset;

        public void Play()
        {
            for (int step = 0; step < Steps; step++)
            {
                switch (_random.Next(10))
                {
                    case < 5:
                        Add();
                        break;
                    case < 7:
                        Remove();
                        break;
                    default:
                        MoveClock();
                        Advance();
                        break;
                }

                CompareCounts();
            }

            Assert.Equal(
                _model.OrderBy(entry => entry.PhysicalOffset), _wheel.Entries().OrderBy(entry => entry.PhysicalOffset));
        }

        private void Add()
        {
            long delay = _random.Next(6) switch
            {
                0 => _random.Next(-5_000, 1),
                1 => _random.Next(100),
                2 => _random.Next(10_000),
                3 => _random.Next(3_600_000),
                4 => 1_000,
                _ => _random.NextInt64(3L * 86_400_000),
            };
            bool isKnown = _model.Count > 0 && _random.Next(20) == 0;
            long offset = isKnown ? _model[_random.Next(_model.Count)].PhysicalOffset : _nextOffset++;
            var entry = new TimerEntry(_now + delay, offset, _random.Next());
            TimerAddStatus expected = isKnown
                ? TimerAddStatus.AlreadyThere
                : _model.Count == 200 ? TimerAddStatus.Full : TimerAddStatus.Added;
            Assert.Equal(expected, _wheel.Add(entry));
            if (expected == TimerAddStatus.Added)
                _model.Add(entry);
        }

        private void Remove()
        {
            bool isKnown = _model.Count > 0 && _random.Next(4) > 0;
            long offset = isKnown ? _model[_random.Next(_model.Count)].PhysicalOffset : _nextOffset + 1_000;
            Assert.Equal(isKnown, _wheel.Remove(offset));
            _model.RemoveAll(entry => entry.PhysicalOffset == offset);
        }

        private void MoveClock() => _now += _random.Next(8) switch
        {
            0 => _random.Next(-10_000, 0),
            1 => _random.Next(1, 12 * 3_600_000),
            2 => 0,
            3 when _wheel.NextDue is { } next => next - _now,
            _ => _random.Next(200),
        };

        private void Advance()
        {
            int count;
            long lastTick = long.MinValue;
            do
            {
                count = _wheel.Advance(_now, _due);
                foreach (TimerEntry entry in _due.AsSpan(0, count))
                {
                    Assert.True(entry.DueMilliseconds <= _now, $"{entry} came early, at {_now}.");
                    Assert.True(_model.Remove(entry), $"{entry} was not waiting.");
                    Assert.True(Tick(entry) >= lastTick, $"{entry} came behind tick {lastTick}.");
                    lastTick = Tick(entry);
                }
            }
            while (count == _due.Length);

            Assert.False(
                _model.Exists(entry => Tick(entry) <= _now / TimerWheel.TickMilliseconds), "An entry is late.");
        }

        private void CompareCounts()
        {
            Assert.Equal(_model.Count, _wheel.Count);
            bool isSleepRight = _model.Count == 0
                ? _wheel.NextDue is null
                : _wheel.NextDue <= _model.Min(Tick) * TimerWheel.TickMilliseconds;
            Assert.True(isSleepRight, $"The wheel would sleep until {_wheel.NextDue}.");
        }

        private static long Tick(TimerEntry entry) =>
            (entry.DueMilliseconds + TimerWheel.TickMilliseconds - 1) / TimerWheel.TickMilliseconds;
    }
}

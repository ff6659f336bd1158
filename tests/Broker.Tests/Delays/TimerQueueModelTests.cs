using OrleansMq.Broker.Delays;

namespace OrleansMq.Broker.Tests.Delays;

/// <summary>
/// Goal: the queue behaves as a list does that is sorted by time, and a copy of it holds what the queue held as the
/// copy began. Method: seeded random adds, removals, deliveries and moves of the clock, by milliseconds, forward by
/// hours and back by seconds, between the pieces of copies; the same done to a list, compared after each step.
/// </summary>
public sealed class TimerQueueModelTests
{
    private const int Runs = 300;
    private const int Steps = 400;

    [Fact]
    public void Queue_DoesAsASortedListDoes()
    {
        int copies = 0;
        for (int seed = 1; seed <= Runs; seed++)
        {
            try
            {
                copies += new Run(seed).Play();
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"The run with seed {seed} failed.", exception);
            }
        }

        Assert.InRange(copies, Runs, int.MaxValue);
    }

    private sealed class Run(int seed)
    {
        private readonly Random _random = new(seed);
        private readonly TimerQueue _queue = new();
        private readonly Dictionary<long, long> _waiting = [];
        private readonly HashSet<long> _taken = [];
        private readonly TimerEntry[] _due = new TimerEntry[7];
        private readonly List<long> _copied = [];
        private TimerCopy? _copy;
        private long[] _wanted = [];
        private long _now = 1_700_000_000_000 + seed;
        private long _nextOffset;
        private int _copies;

        public int Play()
        {
            for (int step = 0; step < Steps; step++)
            {
                switch (_random.Next(14))
                {
                    case < 5:
                        Add();
                        break;
                    case < 7:
                        Remove(_waiting.Keys);
                        break;
                    case < 9:
                        Remove(_taken);
                        break;
                    case 9:
                        PutBack();
                        break;
                    case < 12:
                        Copy();
                        break;
                    default:
                        MoveClock();
                        Take();
                        break;
                }

                Assert.Equal(_waiting.Count + _taken.Count, _queue.Count);
                Assert.Equal(_waiting.Count == 0 ? null : _waiting.Values.Min(), _queue.NextDue);
            }

            return _copies;
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
            bool isKnown = _waiting.Count > 0 && _random.Next(20) == 0;
            long offset = isKnown ? _waiting.Keys.First() : _nextOffset++;
            Assert.Equal(!isKnown, _queue.Add(new TimerEntry(_now + delay, offset)));
            if (!isKnown)
                _waiting[offset] = _now + delay;
        }

        private void Remove(IEnumerable<long> known)
        {
            bool isKnown = known.Any() && _random.Next(4) > 0;
            long offset = isKnown ? known.ElementAt(_random.Next(known.Count())) : _nextOffset + 1_000;
            Assert.Equal(isKnown, _queue.Remove(offset));
            _waiting.Remove(offset);
            _taken.Remove(offset);
        }

        private void PutBack()
        {
            if (_taken.Count == 0)
                return;

            long offset = _taken.First();
            _queue.PutBack(new TimerEntry(_now + 1_000, offset));
            _taken.Remove(offset);
            _waiting[offset] = _now + 1_000;
        }

        private void Copy()
        {
            if (_copy is null)
            {
                _copy = _queue.BeginCopy(_nextOffset);
                _wanted = [.. _waiting.Keys.Concat(_taken).Order()];
                _copied.Clear();
                Assert.Equal(_wanted.Length, _copy.Count);
                return;
            }

            if (_copy.MoveNext(_due, out int count))
            {
                _copied.AddRange(_due.Take(count).Select(entry => entry.PhysicalOffset));
                return;
            }

            Assert.Equal(_wanted, _copied.Order());
            _queue.EndCopy();
            _copy = null;
            _copies++;
        }

        private void MoveClock() => _now += _random.Next(8) switch
        {
            0 => _random.Next(-10_000, 0),
            1 => _random.Next(1, 12 * 3_600_000),
            2 => 0,
            3 when _queue.NextDue is { } next => next - _now,
            _ => _random.Next(200),
        };

        private void Take()
        {
            int count = _queue.Take(_now, _due);
            TimerEntry[] expected = [.. _waiting.Where(pair => pair.Value <= _now)
                .OrderBy(pair => pair.Value).ThenBy(pair => pair.Key).Take(_due.Length)
                .Select(pair => new TimerEntry(pair.Value, pair.Key))];
            Assert.Equal(expected, _due.Take(count));
            foreach (TimerEntry entry in expected)
            {
                _waiting.Remove(entry.PhysicalOffset);
                _taken.Add(entry.PhysicalOffset);
            }
        }
    }
}

using Microsoft.Extensions.Logging;
using OrleansMq.Broker.Delays;
using OrleansMq.Broker.Metadata;

namespace OrleansMq.Broker.Tests.Delays;

/// <summary>
/// Goal: after a crash at any moment the timers are those of the log, whatever of the log the crash took along. Method:
/// seeded random records (a message begins to wait, a message was delivered) and deliveries, done between the pieces of
/// snapshots too; at random the process ends, perhaps in the middle of a snapshot, and the log perhaps loses what was
/// not flushed; the timers are opened again and given the records behind what they said to have on disk.
/// </summary>
public sealed class TimerIndexCrashTests
{
    private const int Runs = 20;
    private const int Steps = 300;

    [Fact]
    public void Timers_AreThoseOfTheLog_AfterACrashAtAnyMoment()
    {
        int crashesWhileWriting = 0;
        int snapshots = 0;
        for (int seed = 1; seed <= Runs; seed++)
        {
            try
            {
                var run = new Run(seed);
                run.Play();
                crashesWhileWriting += run.CrashesWhileWriting;
                snapshots += run.Files.Written;
            }
            catch (Exception exception) when (exception is not CrashException)
            {
                throw new InvalidOperationException($"The run with seed {seed} failed.", exception);
            }
        }

        Assert.InRange(crashesWhileWriting, Runs, int.MaxValue);
        Assert.InRange(snapshots, Runs, int.MaxValue);
    }

    /// <summary>A record: a message that waits if it has a due time, else the delivery of an earlier one.</summary>
    private readonly record struct LogRecord(long Due, int From);

    private sealed class CrashException : Exception;

    private sealed class Run
    {
        private const long Interval = 3_600_000;

        private readonly Random _random;
        private readonly List<LogRecord> _log = [];
        private readonly TimerEntry[] _due = new TimerEntry[16];
        private TimerIndex _timers;
        private long _now = 1_700_000_000_000;
        private long _recoverFrom;
        private bool _isWriting;

        public Run(int seed)
        {
            _random = new Random(seed);
            Files = new InterruptedFiles { BetweenParts = OnPart };
            _timers = Open();
        }

        public InterruptedFiles Files { get; }

        public int CrashesWhileWriting { get; private set; }

        public void Play()
        {
            // Several pieces, of 2,048 each.
            for (int count = 0; count < 7_000; count++)
                BeginToWait();
            for (int step = 0; step < Steps; step++)
            {
                try
                {
                    Act();
                    if (_random.Next(12) == 0)
                        Checkpoint();
                    if (_random.Next(40) == 0)
                        throw new CrashException();
                }
                catch (CrashException)
                {
                    if (_isWriting)
                        CrashesWhileWriting++;
                    _isWriting = false;
                    Recover();
                }
            }
        }

        private void OnPart()
        {
            for (int count = _random.Next(4); count > 0; count--)
                Act();
            if (_random.Next(10) == 0)
                throw new CrashException();
        }

        private void Act()
        {
            _now += _random.Next(5_000);
            if (_random.Next(2) == 0)
                BeginToWait();
            else
                DeliverSome();
        }

        private void BeginToWait() => Append(new LogRecord(_now + _random.Next(20_000), -1));

        private void DeliverSome()
        {
            int count = _timers.Take(_now, _due.AsSpan(0, _random.Next(16)), out _);
            foreach (TimerEntry entry in _due.AsSpan(0, count))
            {
                if (_random.Next(8) == 0)
                    _timers.PutBack(entry with { DueMilliseconds = _now + 1_000 });
                else
                    Append(new LogRecord(-1, (int)entry.PhysicalOffset));
            }
        }

        private void Append(LogRecord record)
        {
            _log.Add(record);
            Dispatch(_log.Count - 1);
        }

        private void Dispatch(int position)
        {
            LogRecord record = _log[position];
            if (record.From >= 0)
                _timers.Remove(record.From, position);
            else
                _timers.Add(new TimerEntry(record.Due, position), position);
        }

        private void Checkpoint()
        {
            long dispatched = _log.Count;
            if (_random.Next(2) == 0)
                _now += Interval;
            Action? write = _timers.PrepareDurable(dispatched, _now);
            _isWriting = true;
            write?.Invoke();
            _isWriting = false;
            _recoverFrom = Math.Min(dispatched, _timers.DurableUntil);
        }

        private void Recover()
        {
            // A power cut leaves what was flushed, which is at least what the checkpoint names.
            int end = _random.Next(2) == 0 ? _log.Count : _random.Next((int)_recoverFrom, _log.Count + 1);
            _log.RemoveRange(end, _log.Count - end);
            _timers = Open();
            for (long position = Math.Min(_recoverFrom, _timers.DurableUntil); position < end; position++)
                Dispatch((int)position);
            Compare();
        }

        private void Compare()
        {
            var waiting = new SortedSet<long>();
            for (int position = 0; position < _log.Count; position++)
            {
                if (_log[position].From >= 0)
                    waiting.Remove(_log[position].From);
                else
                    waiting.Add(position);
            }

            Assert.Equal(waiting.Count, _timers.Count);
            Assert.Equal(waiting.Count == 0 ? long.MaxValue : waiting.Min / 1_000 * 1_000, _timers.LowestFile);
            Assert.All(waiting, position => Assert.True(_timers.TryTake(position, out _), $"{position} is missing."));
            foreach (long position in waiting)
                _timers.PutBack(new TimerEntry(_log[(int)position].Due, position));
        }

        private TimerIndex Open() => new(Files, 1_000, _now, new StrictLogger());
    }

    /// <summary>A snapshot that cannot be used makes recovery slow, not wrong: so it is none here.</summary>
    private sealed class StrictLogger : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter) =>
            Assert.Fail(formatter(state, exception));
    }

    /// <summary>A file that has its old content until all parts of the new one were taken.</summary>
    private sealed class InterruptedFiles : IMetadataFiles
    {
        private byte[]? _content;

        public required Action BetweenParts { get; init; }

        public int Written { get; private set; }

        public byte[]? TryRead(string name) => _content;

        public void Replace(string name, ReadOnlySpan<byte> content) => throw new NotSupportedException();

        public void ReplaceParts(string name, IEnumerable<ReadOnlyMemory<byte>> parts)
        {
            var content = new List<byte>();
            foreach (ReadOnlyMemory<byte> part in parts)
            {
                content.AddRange(part.Span);
                BetweenParts();
            }

            _content = [.. content];
            Written++;
        }
    }
}

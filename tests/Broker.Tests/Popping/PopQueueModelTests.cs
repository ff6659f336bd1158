using System.Buffers;
using OrleansMq.Broker.Popping;

namespace OrleansMq.Broker.Tests.Popping;

/// <summary>
/// Random histories of one queue against a naive model that keeps a state for every message. All that happens is written
/// as records; at random the queue is thrown away and made again from an earlier snapshot and the records behind it.
/// </summary>
public sealed class PopQueueModelTests
{
    private const int Seeds = 300;
    private const int Steps = 400;
    private const long Invisible = 50;

    [Fact]
    public void Queue_IsLikeTheModel_WhateverHappens()
    {
        for (int seed = 0; seed < Seeds; seed++)
        {
            try
            {
                new Run(seed).Go();
            }
            catch (Exception cause)
            {
                throw new InvalidOperationException($"Seed {seed}: {cause.Message}", cause);
            }
        }
    }

    private enum Fate
    {
        New,
        PassedOver,
        Out,
        Done,
    }

    private sealed class Message
    {
        public Fate Fate { get; set; }

        public uint Group { get; init; }

        public int Attempt { get; set; }

        public long PoppedAt { get; set; }

        public long VisibleAt { get; set; }
    }

    private sealed class Run(int seed)
    {
        private static readonly PopKey Key = new("consumers", "Orders", 3);

        private readonly Random _random = new(seed);
        private readonly PopOptions _options = new() { MaxInFlightPerQueue = 12, MaxLookAhead = 5 };
        private readonly List<Message> _model = [];
        private readonly List<(long End, byte[] Body)> _log = [];
        private readonly List<(long Offset, long Receipt)> _receipts = [];
        private (long AppliedUntil, byte[] Content)? _snapshot;
        private PoppedQueue _queue = new(Key);
        private long _now = 1_000;
        private long _resetAt;

        public void Go()
        {
            Append(output => PopRecord.WriteReset(output, Key, 0, 0));
            for (int step = 0; step < Steps; step++)
            {
                Step(_random.Next(100));
                Compare();
            }
        }

        private PopQueue State => _queue.State!;

        private void Step(int dice)
        {
            if (dice < 25)
                Send(_random.Next(1, 5));
            else if (dice < 55)
                Pop(isOrdered: _random.Next(2) == 0);
            else if (dice < 75)
                Finish();
            else if (dice < 83)
                Change();
            else if (dice < 90)
                _now += _random.Next(0, 80);
            else if (dice < 92)
                Reset(_random.Next(_model.Count + 1));
            else if (dice < 96)
                TakeSnapshot();
            else
                Restart();
        }

        private void Send(int count) =>
            _model.AddRange(Enumerable.Range(0, count).Select(_ => new Message { Group = (uint)_random.Next(4) }));

        private void Pop(bool isOrdered)
        {
            int room = _random.Next(1, 6);
            var draft = new PopDraft(State, _options, isOrdered, _now, Invisible);
            List<long> taken = [];
            foreach (PopEntry entry in State.Available(_now, room, isOrdered).Where(draft.HasRoomFor))
            {
                draft.TakeAgain(entry);
                taken.Add(entry.Offset);
            }

            for (long offset = State.Cursor; offset < _model.Count && taken.Count < room; offset++)
            {
                PopDecision decision = draft.Decide(offset, _model[(int)offset].Group);
                if (decision == PopDecision.Stop)
                    break;
                if (decision == PopDecision.Take)
                    taken.Add(offset);
            }

            if (draft.Complete() is { } batch)
                Append(output => PopRecord.WritePopped(output, Key, batch));
            foreach (long offset in taken)
                Hand(offset, isOrdered);
            for (int offset = 0; offset < State.Cursor; offset++)
            {
                if (_model[offset].Fate == Fate.New)
                    _model[offset].Fate = Fate.PassedOver;
            }

            // A pop that had room leaves nothing behind that it might have handed out.
            if (taken.Count < room && !isOrdered && State.InFlight < _options.MaxInFlightPerQueue)
                Assert.DoesNotContain(_model, message => IsFree(message) && message.PoppedAt < _now);
        }

        /// <summary>The model's own rules for what may be handed out.</summary>
        private void Hand(long offset, bool isOrdered)
        {
            Message message = _model[(int)offset];
            Assert.True(IsFree(message), $"{offset} is {message.Fate} until {message.VisibleAt}, handed out at {_now}.");
            if (isOrdered)
            {
                Assert.DoesNotContain(
                    _model.Take((int)offset), earlier => earlier.Group == message.Group && earlier.Fate != Fate.Done);
            }

            message.Fate = Fate.Out;
            message.Attempt++;
            message.PoppedAt = _now;
            message.VisibleAt = _now + Invisible;
            _receipts.Add((offset, _now));
        }

        private bool IsFree(Message message) => message.Fate is Fate.New or Fate.PassedOver
            || (message.Fate == Fate.Out && message.VisibleAt <= _now);

        private void Finish()
        {
            if (_receipts.Count == 0)
                return;

            (long offset, long receipt) = _receipts[_random.Next(_receipts.Count)];
            ReceiptStatus status = State.Check(offset, receipt);
            Message message = _model[(int)offset];
            bool isCurrent = message.Fate == Fate.Out && message.PoppedAt == receipt;
            ReceiptStatus expected = isCurrent ? ReceiptStatus.Current
                : receipt <= _resetAt ? ReceiptStatus.BeforeReset
                : message.Fate == Fate.Out ? ReceiptStatus.Earlier
                : message.Fate == Fate.Done ? ReceiptStatus.Finished
                : ReceiptStatus.Unknown;
            Assert.Equal(expected, status);
            if (status is not (ReceiptStatus.Current or ReceiptStatus.Earlier))
                return;

            Append(output => PopRecord.WriteFinished(output, Key, [offset]));
            message.Fate = Fate.Done;
        }

        private void Change()
        {
            if (_receipts.Count == 0)
                return;

            (long offset, long receipt) = _receipts[_random.Next(_receipts.Count)];
            if (State.Check(offset, receipt) != ReceiptStatus.Current)
                return;

            long visibleAt = _now + _random.Next(0, 200);
            Append(output => PopRecord.WriteChanged(output, Key, offset, visibleAt));
            _model[(int)offset].VisibleAt = visibleAt;
        }

        private void Reset(int offset)
        {
            _now++;
            _resetAt = _now;
            Append(output => PopRecord.WriteReset(output, Key, offset, _now));
            _now++;
            for (int index = 0; index < _model.Count; index++)
            {
                Message old = _model[index];
                _model[index] = new Message { Group = old.Group, Fate = index < offset ? Fate.Done : Fate.New };
            }
        }

        private void TakeSnapshot()
        {
            var output = new ArrayBufferWriter<byte>();
            PopSnapshot.Begin(output);
            PopSnapshot.Write(output, new SavedPopQueue(Key, _queue.AppliedUntil, State));
            _snapshot = (_queue.AppliedUntil, PopSnapshot.End(output.WrittenSpan, 1));
        }

        /// <summary>Comes back from the snapshot, and reads the log from some place that lies before it.</summary>
        private void Restart()
        {
            _queue = new PoppedQueue(Key);
            int from = 0;
            if (_snapshot is { } snapshot)
            {
                Assert.True(PopSnapshot.TryDecode(snapshot.Content, out IReadOnlyList<SavedPopQueue>? saved, out _));
                _queue.Restore(saved[0]);
                from = _random.Next(_log.FindIndex(record => record.End == snapshot.AppliedUntil) + 2);
            }

            foreach ((long end, byte[] body) in _log.Skip(from).Where(record => record.End > _queue.AppliedUntil))
                Apply(end, body);
        }

        private void Append(Action<IBufferWriter<byte>> write)
        {
            var output = new ArrayBufferWriter<byte>();
            write(output);
            _log.Add(((_log.Count + 1) * 100, output.WrittenSpan.ToArray()));
            Apply(_log[^1].End, _log[^1].Body);
        }

        private void Apply(long end, byte[] body)
        {
            Assert.True(PopRecord.TryRead(body, out PopKey key, out PopOperation operation, out ReadOnlySpan<byte> rest));
            Assert.Equal(Key, key);
            Assert.True(_queue.Apply(operation, rest, end));
        }

        private void Compare()
        {
            PopEntry[] expected =
            [
                .. _model.Select((message, offset) => (message, offset))
                    .Where(item => item.message.Fate is Fate.Out or Fate.PassedOver)
                    .Select(item => new PopEntry(
                        item.offset, item.message.Group, item.message.Attempt, item.message.PoppedAt,
                        item.message.VisibleAt)),
            ];
            Assert.Equal(expected, State.Entries);
            int next = _model.FindLastIndex(message => message.Fate != Fate.New) + 1;
            Assert.Equal(next, State.Cursor);
            int open = _model.FindIndex(message => message.Fate != Fate.Done);
            Assert.Equal(open < 0 ? _model.Count : open, State.Floor);
        }
    }
}

using System.Buffers.Binary;
using System.Diagnostics;
using OrleansMq.Bench.Macro.Frames;
using OrleansMq.Bench.Macro.Measurement;
using OrleansMq.Bench.Macro.Sessions;
using OrleansMq.Bench.Macro.Sockets;
using OrleansMq.Messages.Records;

namespace OrleansMq.Bench.Macro.Loads;

/// <summary>
/// Sends at a pace on one connection and waits on another with a long poll for each queue. The latency is from just
/// before the send to the receive of the message, both on this process's clock.
/// </summary>
internal sealed class TailLoad : ILinkHandler, IDisposable
{
    private const int Slots = 1024;
    private const int ReceiveBytes = 256 * 1024;
    private const int TurnMilliseconds = 100;

    private static readonly TimeSpan s_suspend = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly Target _target;
    private readonly TailOptions _options;
    private readonly FrameSet _sends;
    private readonly QueueReading _reading;
    private readonly Link _producer;
    private readonly Link _consumer;
    private readonly LinkLoop _loop;
    private readonly Pacer _pacer;
    private readonly Queue<int> _freeSlots = new(Enumerable.Range(0, Slots));
    private readonly LatencyHistogram _latency = new();
    private readonly ErrorTally _errors = new();
    private bool _isSending = true;
    private bool _isMeasuring;
    private long _acknowledged;
    private long _consumed;

    /// <summary>Connects and makes the topic, which must be new.</summary>
    public TailLoad(Target target, TailOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Shape.BodyBytes, sizeof(long));
        ArgumentOutOfRangeException.ThrowIfNotEqual(options.Shape.Batch, 1);
        _target = target;
        _options = options;
        using (var session = new AdminSession(target.EndPoint))
            session.CreateTopic(options.Shape.Topic, options.Shape.Queues);
        _sends = options.Shape.Encode(Slots, 0);
        var pulls = new PullShape(options.Shape.Topic, 32, s_suspend, options.Shape.Header);
        _reading = new QueueReading(pulls, [.. Enumerable.Range(0, options.Shape.Queues)]);
        _producer = new Link(0, target.EndPoint, _sends, ReceiveBytes);
        _consumer = new Link(1, target.EndPoint, _reading.Frames, ReceiveBytes);
        _loop = new LinkLoop([_producer, _consumer], this);
        _pacer = new Pacer(options.Rate);
    }

    /// <summary>Sends and consumes for a while and measures.</summary>
    /// <exception cref="TimeoutException">Not all that was sent was consumed.</exception>
    public RunReport Run(string mode)
    {
        for (int slot = 0; slot < _reading.Queues.Length; slot++)
            _consumer.Enqueue(slot, Stopwatch.GetTimestamp());
        _loop.Start(_pacer);
        TurnFor(_options.WarmUp);
        var meter = new UsageMeter(_target.Process);
        _isMeasuring = true;
        TurnFor(_options.Duration);
        _isMeasuring = false;
        var report = new RunReport(mode, meter.Read(), _latency.Count, _latency, _errors);
        _isSending = false;
        Finish();
        return report;
    }

    public void OnAnswer(Link link, Answer answer, long now)
    {
        if (link == _producer)
        {
            _freeSlots.Enqueue(answer.Slot);
            if (answer.Code == 0)
                _acknowledged++;
            else
                _errors.Add(answer);
            return;
        }

        if (answer.Code == 0)
            Take(answer.Slot, answer.Body, now);
        else
            _errors.Add(answer);
        _reading.Stamp(answer.Slot);
        link.Enqueue(answer.Slot, now);
    }

    public void OnPace(long count)
    {
        for (; _isSending && count > 0 && _freeSlots.TryDequeue(out int slot); count--)
        {
            long now = Stopwatch.GetTimestamp();
            BinaryPrimitives.WriteInt64BigEndian(_sends[slot][^_options.Shape.BodyBytes..], now);
            _producer.Enqueue(slot, now);
            _loop.Flush(_producer);
        }
    }

    public void Dispose()
    {
        _loop.Dispose();
        _pacer.Dispose();
        _producer.Dispose();
        _consumer.Dispose();
        _reading.Dispose();
        _sends.Dispose();
    }

    private void Take(int slot, ReadOnlySpan<byte> body, long now)
    {
        var walk = new RecordWalk(body);
        while (walk.MoveNext())
        {
            _reading.Take(slot, walk.QueueOffset);
            _consumed++;
            if (RecordView.TryRead(walk.Record, out RecordView record) != RecordDefect.None)
                throw new InvalidDataException("A damaged record came.");
            if (_isMeasuring)
                _latency.Record(now - BinaryPrimitives.ReadInt64BigEndian(record.Body));
        }
    }

    private void Finish()
    {
        long started = Stopwatch.GetTimestamp();
        while (_freeSlots.Count < Slots || _consumed < _acknowledged)
        {
            _loop.Turn(TurnMilliseconds);
            if (Stopwatch.GetElapsedTime(started) > s_patience)
                throw new TimeoutException(
                    $"{_acknowledged} messages were acknowledged, of which {_consumed} came within "
                    + $"{s_patience.TotalSeconds:F0} s.");
        }
    }

    private void TurnFor(TimeSpan time)
    {
        long end = Stopwatch.GetTimestamp() + (long)(time.TotalSeconds * Stopwatch.Frequency);
        while (Stopwatch.GetTimestamp() < end)
            _loop.Turn(TurnMilliseconds);
    }
}

using System.Buffers.Binary;
using System.Diagnostics;
using OrleansMq.Bench.Macro.Frames;
using OrleansMq.Bench.Macro.Measurement;
using OrleansMq.Bench.Macro.Sessions;
using OrleansMq.Bench.Macro.Sockets;
using OrleansMq.Messages.Records;

namespace OrleansMq.Bench.Macro.Loads;

/// <summary>
/// Sends delayed messages, one a request, and consumes those that come. Each carries its delivery time in its body; how
/// late it is, is measured as it is received, by the clock that this process shares with the broker.
/// </summary>
internal sealed class TimerLoad : ILinkHandler, IDisposable
{
    private const int ReceiveBytes = 256 * 1024;
    private const int TurnMilliseconds = 100;
    private const int MaxMessagesOfPull = 64;

    private static readonly TimeSpan s_suspend = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly Target _target;
    private readonly TimerOptions _options;
    private readonly FrameSet[] _sends;
    private readonly Link[] _producers;
    private readonly int[] _duePlaces;
    private readonly int[] _keyPlaces;
    private readonly QueueReading? _reading;
    private readonly Link? _consumer;
    private readonly LinkLoop _loop;
    private readonly Queue<(Link Link, int Slot)> _freeSlots = new();
    private Pacer? _pacer;
    private Func<long> _nextDue = static () => 0;
    private LatencyHistogram _answers = new();
    private LatencyHistogram _lateness = new();
    private readonly ErrorTally _errors = new();
    private long _left;
    private long _acknowledged;
    private long _consumed;
    private long _early;
    private long _lastKey;
    private long _lastProgress = Stopwatch.GetTimestamp();
    private long _lastMessageAt;

    /// <summary>Makes the topic and connects.</summary>
    /// <param name="target">The broker.</param>
    /// <param name="options">What is sent.</param>
    /// <param name="consumes">Whether what comes is consumed; the topic must be new then.</param>
    public TimerLoad(Target target, TimerOptions options, bool consumes)
    {
        _target = target;
        _options = options;
        using (var session = new AdminSession(target.EndPoint))
            session.CreateTopic(options.Shape.Topic, options.Shape.Queues);
        _sends = [.. Enumerable.Range(0, options.Connections).Select(
            index => options.Shape.Encode(options.InFlight, index))];
        _producers = [.. _sends.Select((frames, index) => new Link(index, target.EndPoint, frames, ReceiveBytes))];
        _duePlaces = [.. Enumerable.Range(0, options.InFlight).Select(slot => SendShape.FindDueTime(_sends[0][slot]))];
        _keyPlaces =
            [.. Enumerable.Range(0, options.InFlight).Select(slot => options.Shape.FindKeys(_sends[0], slot)[0])];
        Link[] links = _producers;
        if (consumes)
        {
            var pulls = new PullShape(options.Shape.Topic, MaxMessagesOfPull, s_suspend, options.Shape.Header);
            _reading = new QueueReading(pulls, [.. Enumerable.Range(0, options.Shape.Queues)]);
            _consumer = new Link(links.Length, target.EndPoint, _reading.Frames, ReceiveBytes);
            links = [.. links, _consumer];
            for (int slot = 0; slot < _reading.Queues.Length; slot++)
                _consumer.Enqueue(slot, Stopwatch.GetTimestamp());
        }

        foreach (Link producer in _producers)
        {
            for (int slot = 0; slot < options.InFlight; slot++)
                _freeSlots.Enqueue((producer, slot));
        }

        _loop = new LinkLoop(links, this);
    }

    /// <summary>Starts to serve the connections.</summary>
    /// <param name="perSecond">How many messages are sent each second; 0 for as many as are answered.</param>
    public void Start(int perSecond)
    {
        _pacer = perSecond > 0 ? new Pacer(perSecond) : null;
        _loop.Start(_pacer);
    }

    /// <summary>Sends messages and waits for the answers; the latency is that of the answers.</summary>
    /// <exception cref="InvalidOperationException">Some were refused.</exception>
    public RunReport Send(string mode, long messages, Func<long> nextDue)
    {
        _nextDue = nextDue;
        _left = messages;
        _acknowledged = 0;
        _answers = new LatencyHistogram();
        var meter = new UsageMeter(_target.Process);
        if (_pacer is null)
            IssueAll(_freeSlots.Count);
        while (_acknowledged + _errors.Count < messages)
            Turn();
        return _errors.Count == 0
            ? new RunReport(mode, meter.Read(), messages, _answers, _errors)
            : throw new InvalidOperationException(
                $"{_errors.Count} of {messages} messages were refused, such as: {_errors.Texts.First().Key}");
    }

    /// <summary>Waits until messages have come; the latency is how late they are.</summary>
    /// <param name="mode">The name of the run.</param>
    /// <param name="messages">How many have to come since the load was made.</param>
    /// <param name="firstDueMilliseconds">When the first one is due; the rate counts from then to the last.</param>
    public RunReport Receive(string mode, long messages, long firstDueMilliseconds)
    {
        var meter = new UsageMeter(_target.Process);
        _lastProgress = Stopwatch.GetTimestamp();
        while (_consumed < messages || DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() < firstDueMilliseconds)
            Turn();
        if (_early > 0)
            throw new InvalidDataException($"{_early} messages came before their time.");
        Usage usage = meter.Read();
        double seconds = (_lastMessageAt - (firstDueMilliseconds * 1_000)) / 1e6;
        var report = new RunReport(mode, usage, messages, _lateness, _errors) { Rate = messages / seconds };
        _lateness = new LatencyHistogram();
        return report;
    }

    public void OnAnswer(Link link, Answer answer, long now)
    {
        _lastProgress = now;
        if (link == _consumer)
        {
            if (answer.Code == 0)
                Take(answer.Slot, answer.Body);
            else if (answer.Code is not (19 or 20))
                _errors.Add(answer);
            _reading!.Stamp(answer.Slot);
            link.Enqueue(answer.Slot, now);
            return;
        }

        _answers.Record(now - link.SentAt(answer.Slot));
        if (answer.Code == 0)
            _acknowledged++;
        else
            _errors.Add(answer);
        _freeSlots.Enqueue((link, answer.Slot));
        if (_pacer is null)
            IssueAll(1, link);
    }

    public void OnPace(long count) => IssueAll(count);

    public void Dispose()
    {
        _loop.Dispose();
        _pacer?.Dispose();
        _consumer?.Dispose();
        _reading?.Dispose();
        foreach (Link producer in _producers)
            producer.Dispose();
        foreach (FrameSet frames in _sends)
            frames.Dispose();
    }

    /// <summary>Sends what may be sent; a link that is being served is flushed behind it.</summary>
    private void IssueAll(long count, Link? serving = null)
    {
        for (; count > 0 && _left > 0 && _freeSlots.TryDequeue(out (Link Link, int Slot) free); count--)
        {
            _left--;
            long due = _nextDue();
            Span<byte> frame = free.Link.Frames[free.Slot];
            SendShape.StampDueTime(frame, _duePlaces[free.Slot], due);
            SendShape.StampKey(frame, _keyPlaces[free.Slot], _options.FirstKey + _lastKey++);
            BinaryPrimitives.WriteInt64BigEndian(frame[^_options.Shape.BodyBytes..], due);
            free.Link.Enqueue(free.Slot, Stopwatch.GetTimestamp());
            if (free.Link != serving)
                _loop.Flush(free.Link);
        }
    }

    private void Take(int slot, ReadOnlySpan<byte> body)
    {
        long now = (DateTime.UtcNow - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        var walk = new RecordWalk(body);
        while (walk.MoveNext())
        {
            _reading!.Take(slot, walk.QueueOffset);
            _consumed++;
            if (RecordView.TryRead(walk.Record, out RecordView record) != RecordDefect.None)
                throw new InvalidDataException("A damaged record came.");
            long late = now - (BinaryPrimitives.ReadInt64BigEndian(record.Body) * 1_000);
            if (late < 0)
                _early++;
            _lateness.Record(Math.Max(0, late) * (Stopwatch.Frequency / 1_000_000));
            _lastMessageAt = now;
        }
    }

    private void Turn()
    {
        _loop.Turn(TurnMilliseconds);
        if (Stopwatch.GetElapsedTime(_lastProgress) > s_patience)
            throw new TimeoutException($"Nothing came for {s_patience.TotalSeconds:F0} s.");
    }
}

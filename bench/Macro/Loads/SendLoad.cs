using System.Diagnostics;
using OrleansMq.Bench.Macro.Frames;
using OrleansMq.Bench.Macro.Measurement;
using OrleansMq.Bench.Macro.Sessions;
using OrleansMq.Bench.Macro.Sockets;

namespace OrleansMq.Bench.Macro.Loads;

/// <summary>Sends as fast as answers come: every answer is followed by the next request on its connection.</summary>
internal sealed class SendLoad : ILinkHandler, IDisposable
{
    private const int ReceiveBytes = 64 * 1024;
    private const int TurnMilliseconds = 100;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly Target _target;
    private readonly SendOptions _options;
    private readonly FrameSet[] _frameSets;
    private readonly Link[] _links;
    private readonly LinkLoop _loop;
    private readonly LatencyHistogram _latency = new();
    private readonly ErrorTally _errors = new();
    private readonly int[][] _keyPlaces;
    private readonly long[] _queueMessages;
    private bool _isMeasuring;
    private long _messages;
    private long _requestsLeft = long.MaxValue;
    private long _onTheirWay;
    private long _lastKey = Stopwatch.GetTimestamp() / 1000 % 1_000_000_000;
    private long _lastAnswer;

    /// <summary>Connects and makes the topic.</summary>
    public SendLoad(Target target, SendOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Connections);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.InFlight);
        _target = target;
        _options = options;
        using (var session = new AdminSession(target.EndPoint))
            session.CreateTopic(options.Shape.Topic, options.Shape.Queues);

        // Frames that keys are patched into cannot be shared; others are, by as many links as there are queues.
        int sets = options.Shape.HasKeys
            ? options.Connections
            : Math.Min(options.Shape.Queues, options.Connections);
        _frameSets = [.. Enumerable.Range(0, sets).Select(set => options.Shape.Encode(options.InFlight, set))];
        _keyPlaces = [.. Enumerable.Range(0, options.InFlight)
            .Select(slot => options.Shape.FindKeys(_frameSets[0], slot))];
        _links = [.. Enumerable.Range(0, options.Connections)
            .Select(index => new Link(index, target.EndPoint, _frameSets[index % sets], ReceiveBytes))];
        _loop = new LinkLoop(_links, this);
        _queueMessages = new long[options.Shape.Queues];
    }

    /// <summary>How many messages each queue has acknowledged.</summary>
    public IReadOnlyList<long> QueueMessages => _queueMessages;

    /// <summary>Sends for a while and measures.</summary>
    public RunReport Run(string mode)
    {
        Begin();
        TurnFor(_options.WarmUp);
        long flushesBefore = _target.Disk?.Flushes ?? 0;
        var meter = new UsageMeter(_target.Process);
        _messages = 0;
        _isMeasuring = true;
        TurnFor(_options.Duration);
        _isMeasuring = false;
        Usage usage = meter.Read();
        long flushes = (_target.Disk?.Flushes ?? 0) - flushesBefore;
        return new RunReport(mode, usage, _messages, _latency, _errors)
        {
            MessagesPerFlush = flushes > 0 ? (double)_messages / flushes : null,
        };
    }

    /// <summary>Sends a number of requests and measures nothing.</summary>
    /// <returns>How many messages were acknowledged: all of them.</returns>
    /// <exception cref="InvalidOperationException">Some were refused.</exception>
    public long Fill(long requests)
    {
        _requestsLeft = requests;
        Begin();
        while (_onTheirWay > 0)
            Turn();
        if (_errors.Count > 0)
            throw new InvalidOperationException(
                $"{_errors.Count} of {requests} requests were refused, such as: {_errors.Texts.First().Key}");
        return _messages;
    }

    public void OnAnswer(Link link, Answer answer, long now)
    {
        _lastAnswer = now;
        _onTheirWay--;
        if (answer.Code == 0)
        {
            _messages += _options.Shape.Batch;
            _queueMessages[(link.Index + answer.Slot) % _queueMessages.Length] += _options.Shape.Batch;
        }
        else
        {
            _errors.Add(answer);
        }

        if (_isMeasuring)
            _latency.Record(now - link.SentAt(answer.Slot));
        Issue(link, answer.Slot, now);
    }

    public void OnPace(long count) => throw new InvalidOperationException("This load has no pace.");

    public void Dispose()
    {
        _loop.Dispose();
        foreach (Link link in _links)
            link.Dispose();
        foreach (FrameSet frames in _frameSets)
            frames.Dispose();
    }

    private void Begin()
    {
        _lastAnswer = Stopwatch.GetTimestamp();
        foreach (Link link in _links)
        {
            for (int slot = 0; slot < _options.InFlight; slot++)
                Issue(link, slot, _lastAnswer);
        }

        _loop.Start();
    }

    private void Issue(Link link, int slot, long now)
    {
        if (_requestsLeft == 0)
            return;

        _requestsLeft--;
        _onTheirWay++;
        foreach (int place in _keyPlaces[slot])
            SendShape.StampKey(link.Frames[slot], place, ++_lastKey);
        link.Enqueue(slot, now);
    }

    private void TurnFor(TimeSpan time)
    {
        long end = Stopwatch.GetTimestamp() + (long)(time.TotalSeconds * Stopwatch.Frequency);
        while (Stopwatch.GetTimestamp() < end)
            Turn();
    }

    private void Turn()
    {
        _loop.Turn(TurnMilliseconds);
        if (Stopwatch.GetElapsedTime(_lastAnswer) > s_patience)
            throw new TimeoutException(
                $"No answer came for {s_patience.TotalSeconds:F0} s with {_onTheirWay} requests on their way.");
    }
}

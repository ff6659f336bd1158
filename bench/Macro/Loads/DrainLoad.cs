using System.Diagnostics;
using OrleansMq.Bench.Macro.Frames;
using OrleansMq.Bench.Macro.Measurement;
using OrleansMq.Bench.Macro.Sockets;

namespace OrleansMq.Bench.Macro.Loads;

/// <summary>
/// Consumes a backlog that it has made: one pull of each queue is always on its way until the queue is at its end.
/// Every record is counted, and its queue offset compared with the one that had to come.
/// </summary>
internal sealed class DrainLoad : ILinkHandler, IDisposable
{
    private const int FillConnections = 4;
    private const int FillInFlight = 2;
    private const int ReceiveBytes = 256 * 1024;
    private const int TurnMilliseconds = 100;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly Target _target;
    private readonly DrainOptions _options;
    private readonly long[] _expected;
    private readonly QueueReading[] _readings;
    private readonly Link[] _links;
    private readonly LinkLoop _loop;
    private readonly ErrorTally _errors = new();
    private LatencyHistogram _latency = new();
    private int _openQueues;
    private long _messages;
    private long _lastAnswer;

    /// <summary>Makes the backlog and connects.</summary>
    public DrainLoad(Target target, DrainOptions options)
    {
        _target = target;
        _options = options;
        SendShape shape = options.Shape;
        _expected = Fill(target, options);
        int connections = Math.Min(options.Connections, shape.Queues);
        var pulls = new PullShape(shape.Topic, options.MaxMessages, TimeSpan.Zero, shape.Header);
        _readings = [.. Enumerable.Range(0, connections).Select(index => new QueueReading(
            pulls, [.. Enumerable.Range(0, shape.Queues).Where(queue => queue % connections == index)]))];
        _links = [.. _readings.Select(
            (reading, index) => new Link(index, target.EndPoint, reading.Frames, ReceiveBytes))];
        _loop = new LinkLoop(_links, this);
    }

    /// <summary>Consumes everything, as often as the options say.</summary>
    /// <exception cref="InvalidDataException">A message was missing, came twice or came out of order.</exception>
    public RunReport Run(string mode)
    {
        _loop.Start();
        for (int pass = 1; pass < _options.Passes; pass++)
            Pass();
        var meter = new UsageMeter(_target.Process);
        _latency = new LatencyHistogram();
        Pass();
        return new RunReport(mode, meter.Read(), _messages, _latency, _errors);
    }

    public void OnAnswer(Link link, Answer answer, long now)
    {
        _lastAnswer = now;
        int slot = answer.Slot;
        QueueReading reading = _readings[link.Index];
        _latency.Record(now - link.SentAt(slot));
        if (answer.Code == 0)
            Take(reading, slot, answer.Body);
        else
            _errors.Add(answer);
        if (reading.NextOffset(slot) < _expected[reading.Queues[slot]])
        {
            reading.Stamp(slot);
            link.Enqueue(slot, now);
        }
        else
        {
            _openQueues--;
        }
    }

    public void OnPace(long count) => throw new InvalidOperationException("This load has no pace.");

    public void Dispose()
    {
        _loop.Dispose();
        foreach (Link link in _links)
            link.Dispose();
        foreach (QueueReading reading in _readings)
            reading.Dispose();
    }

    private static long[] Fill(Target target, DrainOptions options)
    {
        using var load = new SendLoad(target, new SendOptions
        {
            Shape = options.Shape,
            Connections = FillConnections,
            InFlight = FillInFlight,
        });
        load.Fill((options.Messages + options.Shape.Batch - 1) / options.Shape.Batch);
        return [.. load.QueueMessages];
    }

    private void Pass()
    {
        _messages = 0;
        _openQueues = 0;
        _lastAnswer = Stopwatch.GetTimestamp();
        foreach (Link link in _links)
        {
            QueueReading reading = _readings[link.Index];
            reading.Rewind();
            for (int slot = 0; slot < reading.Queues.Length; slot++)
            {
                if (_expected[reading.Queues[slot]] == 0)
                    continue;
                _openQueues++;
                link.Enqueue(slot, _lastAnswer);
            }

            _loop.Flush(link);
        }

        while (_openQueues > 0)
        {
            _loop.Turn(TurnMilliseconds);
            if (Stopwatch.GetElapsedTime(_lastAnswer) > s_patience)
                throw new TimeoutException(
                    $"No answer came for {s_patience.TotalSeconds:F0} s with {_openQueues} queues not at their end.");
        }

        if (_messages != _expected.Sum())
            throw new InvalidDataException($"{_messages} messages were consumed of {_expected.Sum()} that were sent.");
    }

    private void Take(QueueReading reading, int slot, ReadOnlySpan<byte> body)
    {
        var walk = new RecordWalk(body);
        while (walk.MoveNext())
        {
            reading.Take(slot, walk.QueueOffset);
            _messages++;
        }
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Text;
using OrleansMq.Bench.Macro.Frames;
using OrleansMq.Bench.Macro.Loads;
using OrleansMq.Bench.Macro.Measurement;
using OrleansMq.Bench.Macro.Sessions;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Bench.Macro.Brokers;

/// <summary>One broker, filled with messages that wait for days, and what becomes of others among them.</summary>
internal sealed class TimerRun : IDisposable
{
    private const string WaitingTopic = "omq-bench-waiting";
    private const int Queues = 8;
    private const int BodyBytes = 64;
    private const double MebiByte = 1024 * 1024;
    private const long HourMilliseconds = 3_600_000;
    private const long BurstLeadMilliseconds = 10_000;

    /// <summary>A guess that is low, so that all are sent before the first is due.</summary>
    private const int SendsPerMillisecond = 20;

    private readonly string _executable;
    private readonly string _store;
    private readonly ReportTable _table;
    private readonly Random _random = new(1);
    private readonly long _privateWhenEmpty;
    private BrokerProcess _broker;
    private int _topics;
    private long _waiting;

    public TimerRun(string executable, string store, ReportTable table)
    {
        _executable = executable;
        _store = store;
        _table = table;
        _broker = BrokerProcess.Start(executable, store);
        _privateWhenEmpty = ProcessUsage.Read(_broker.Target.Process).PrivateBytes;
    }

    private static long Now => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    /// <summary>Sends messages that wait for 1 to 30 days.</summary>
    public void Fill(long messages)
    {
        using var load = new TimerLoad(_broker.Target, Options(WaitingTopic), consumes: false);
        load.Start(perSecond: 0);
        long from = Now + (24 * HourMilliseconds);
        _table.Write(load.Send(
            $"insert {messages:N0}", messages, () => from + _random.NextInt64(29 * 24 * HourMilliseconds)));
        _waiting = messages;
        PrintMemory("filled");
    }

    /// <summary>Calls back some of them, spread over all that was sent.</summary>
    public void Recall(int count, long messages)
    {
        if (count == 0)
            return;

        using var session = new AdminSession(_broker.Target.EndPoint);
        var latency = new LatencyHistogram();
        var errors = new ErrorTally();
        var meter = new UsageMeter(_broker.Target.Process);
        for (int index = 0; index < count; index++)
        {
            string key = SendShape.KeyOf(messages / count * index);
            string handle = Convert.ToBase64String(Encoding.ASCII.GetBytes($"v1 {WaitingTopic} broker-a 1 {key}"));
            long started = Stopwatch.GetTimestamp();
            session.Recall(WaitingTopic, handle.Replace('+', '-').Replace('/', '_'));
            latency.Record(Stopwatch.GetTimestamp() - started);
        }

        _waiting -= count;
        _table.Write(new RunReport("recall, one at a time", meter.Read(), count, latency, errors));
    }

    /// <summary>Messages that come due one after the other: each is sent 3 s before.</summary>
    public void Pace(int rate, int seconds)
    {
        using var load = new TimerLoad(_broker.Target, Options(NewTopic()), consumes: true);
        load.Start(rate);
        long first = Now + 3_000;
        long messages = (long)rate * seconds;
        load.Send("", messages, () => Now + 3_000);
        _table.Write(load.Receive($"lateness at {rate:N0}/s", messages, first));
    }

    /// <summary>Messages that are all due within one second.</summary>
    public void Burst(long messages)
    {
        if (messages == 0)
            return;

        using var load = new TimerLoad(_broker.Target, Options(NewTopic()), consumes: true);
        load.Start(perSecond: 0);
        long first = Now + BurstLeadMilliseconds + (messages / SendsPerMillisecond);
        load.Send("", messages, () => first + _random.Next(1_000));
        if (Now > first)
            throw new InvalidOperationException("Sending took so long that the first messages were due already.");
        _table.Write(load.Receive($"{messages:N0} due in one second", messages, first));
        PrintMemory("after that");
    }

    /// <summary>Messages that come due while the broker is down.</summary>
    public void BurstWhileDown(long messages)
    {
        if (messages == 0)
            return;

        string topic = NewTopic();
        long first = Now + BurstLeadMilliseconds + (messages / SendsPerMillisecond);
        using (var fill = new TimerLoad(_broker.Target, Options(topic), consumes: false))
        {
            fill.Start(perSecond: 0);
            fill.Send("", messages, () => first + _random.Next(1_000));
        }

        _broker.Kill();
        _broker.Dispose();
        while (Now < first + 1_000)
            Thread.Sleep(10);
        _broker = BrokerProcess.Start(_executable, _store);
        long started = Now;
        using var load = new TimerLoad(_broker.Target, Options(topic), consumes: true);
        load.Start(perSecond: 0);
        _table.Write(load.Receive($"{messages:N0} due while down", messages, started));
    }

    /// <summary>How long a broker takes from its start to its first accepted message.</summary>
    public void Restart(bool kills)
    {
        if (kills)
            _broker.Kill();
        else
            _broker.Stop();
        _broker.Dispose();
        long started = Stopwatch.GetTimestamp();
        _broker = BrokerProcess.Start(_executable, _store);
        double listens = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        using (var load = new TimerLoad(_broker.Target, Options(WaitingTopic), consumes: false))
        {
            load.Start(perSecond: 0);
            load.Send("", 1, () => Now + (24 * HourMilliseconds));
        }

        double accepts = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        _waiting++;
        Print($"start with {_waiting:N0} waiting, {(kills ? "killed" : "stopped")}: {listens:F0} ms until it listens, "
            + $"{accepts:F0} ms until a delayed message is accepted");
        PrintMemory("started");
    }

    public void Dispose() => _broker.Dispose();

    private static void Print(string text) => Console.WriteLine($"  {text}");

    private static TimerOptions Options(string topic) => new()
    {
        Shape = new SendShape(topic, Queues, BodyBytes, 1, SerializeType.Json, HasKeys: true) { HasDueTimes = true },
    };

    private string NewTopic() => string.Create(CultureInfo.InvariantCulture, $"omq-bench-timer-{++_topics}");

    private void PrintMemory(string when)
    {
        ProcessUsage usage = ProcessUsage.Read(_broker.Target.Process);
        double perMessage = _waiting == 0 ? 0 : (double)(usage.PrivateBytes - _privateWhenEmpty) / _waiting;
        Print(string.Create(
            CultureInfo.InvariantCulture,
            $"{when}: {usage.PrivateBytes / MebiByte:F0} MiB private ({perMessage:F1} bytes for each message that waits), "
            + $"{usage.ResidentBytes / MebiByte:F0} MiB with mapped files"));
    }
}

using System.Diagnostics;
using OrleansMq.Bench.Macro.Measurement;
using OrleansMq.Bench.Macro.Sessions;
using OrleansMq.Client;
using OrleansMq.Client.Producing;
using OrleansMq.Client.Sending;
using OrleansMq.Client.Transports;

namespace OrleansMq.Bench.Macro.Loads;

/// <summary>
/// Sends with the .NET client: callers that each send a message, or several with one call, when the last is settled.
/// </summary>
internal sealed class SdkSendLoad(Target target, SdkSendOptions options)
{
    private readonly byte[] _body = new byte[options.BodyBytes];
    private readonly LatencyHistogram _latency = new();
    private readonly ErrorTally _errors = new();
    private volatile bool _isMeasuring;
    private volatile bool _isOver;
    private long _messages;

    /// <summary>Sends for a while and measures.</summary>
    public SdkReport Run(string mode)
    {
        using (var session = new AdminSession(target.EndPoint))
            session.CreateTopic(options.Topic, options.Queues);
        new Random(1).NextBytes(_body);
        return RunAsync(mode).GetAwaiter().GetResult();
    }

    private async Task<SdkReport> RunAsync(string mode)
    {
        await using var client = new OrleansMqClient(
            new ClientOptions { Transport = new SocketTransport(target.EndPoint.ToString()) });
        await using Producer producer = client.CreateProducer(new ProducerOptions { IsBatching = options.IsBatching });
        Task[] callers = [.. Enumerable.Range(0, options.Callers).Select(_ => Task.Run(() => CallAsync(producer)))];
        await Task.Delay(options.WarmUp);
        var meter = new UsageMeter(target.Process);
        long before = Volatile.Read(ref _messages);
        long allocatedBefore = GC.GetTotalAllocatedBytes(precise: true);
        _isMeasuring = true;
        await Task.Delay(options.Duration);
        _isMeasuring = false;
        Usage usage = meter.Read();
        long allocated = GC.GetTotalAllocatedBytes(precise: true) - allocatedBefore;
        long sent = Volatile.Read(ref _messages) - before;
        _isOver = true;
        await Task.WhenAll(callers);
        return new SdkReport(
            new RunReport(mode, usage, sent, _latency, _errors), sent == 0 ? 0 : (double)allocated / sent);
    }

    private async Task CallAsync(Producer producer)
    {
        while (!_isOver)
        {
            long began = Stopwatch.GetTimestamp();
            if (options.MessagesPerCall == 1)
                await producer.SendAsync(options.Topic, _body);
            else
                await producer.SendAsync(Messages());
            Interlocked.Add(ref _messages, options.MessagesPerCall);
            if (_isMeasuring)
                Record(Stopwatch.GetTimestamp() - began);
        }
    }

    private IEnumerable<Message> Messages()
    {
        for (int index = 0; index < options.MessagesPerCall; index++)
            yield return new Message { Topic = options.Topic, Body = _body };
    }

    private void Record(long ticks)
    {
        lock (_latency)
            _latency.Record(ticks);
    }
}

using OrleansMq.Bench.Macro.Measurement;
using OrleansMq.Client;
using OrleansMq.Client.Consuming;
using OrleansMq.Client.Reading;
using OrleansMq.Client.Receiving;
using OrleansMq.Client.Transports;

namespace OrleansMq.Bench.Macro.Loads;

/// <summary>Reads or consumes a backlog with the .NET client, and counts it.</summary>
internal sealed class SdkReadLoad(Target target, string topic, long messages)
{
    /// <summary>Reads everything, as often as is said; the last time is measured.</summary>
    /// <exception cref="InvalidDataException">Not all messages came.</exception>
    public SdkReport Read(string mode, int passes) => Run(mode, passes, _ => ReadAsync());

    /// <summary>Consumes everything with a handler, for a new group each time.</summary>
    /// <exception cref="TimeoutException">Not all messages came in time.</exception>
    public SdkReport Consume(string mode, int passes) => Run(mode, passes, ConsumeAsync);

    private SdkReport Run(string mode, int passes, Func<int, Task> pass)
    {
        for (int number = 1; number < passes; number++)
            pass(number).GetAwaiter().GetResult();
        var meter = new UsageMeter(target.Process);
        long before = GC.GetTotalAllocatedBytes(precise: true);
        pass(passes).GetAwaiter().GetResult();
        long allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        return new SdkReport(
            new RunReport(mode, meter.Read(), messages, new LatencyHistogram(), new ErrorTally()),
            (double)allocated / messages);
    }

    private OrleansMqClient Connect() =>
        new(new ClientOptions { Transport = new SocketTransport(target.EndPoint.ToString()) });

    private async Task ReadAsync()
    {
        await using OrleansMqClient client = Connect();
        long count = 0;
        await foreach (ReceivedMessage _ in client.ReadAsync(topic, new ReadOptions { StopsAtEnd = true }))
            count++;
        if (count != messages)
            throw new InvalidDataException($"{count} of {messages} messages were read.");
    }

    private async Task ConsumeAsync(int pass)
    {
        await using OrleansMqClient client = Connect();
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        long count = 0;
        await using PushConsumer consumer = client.CreateConsumer(
            new ConsumerOptions
            {
                Group = $"{topic}-{pass}-{Environment.TickCount64}",
                Subscriptions = new Dictionary<string, MessageFilter> { [topic] = MessageFilter.All },
            },
            (_, _) =>
            {
                if (Interlocked.Increment(ref count) == messages)
                    done.SetResult();
                return ValueTask.FromResult(ConsumeResult.Ack);
            });
        await consumer.StartAsync();
        await done.Task.WaitAsync(TimeSpan.FromMinutes(2));
    }
}

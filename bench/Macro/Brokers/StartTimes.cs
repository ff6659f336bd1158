using System.Diagnostics;
using OrleansMq.Bench.Macro.Frames;
using OrleansMq.Bench.Macro.Loads;
using OrleansMq.Bench.Macro.Sessions;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Bench.Macro.Brokers;

/// <summary>Measures how long it takes from the start of the process until the broker has accepted a message.</summary>
internal static class StartTimes
{
    private const string Topic = "omq-bench-start";
    private const int Queues = 8;
    private const int BodyBytes = 1024;
    private const int Batch = 64;

    /// <summary>Starts on an empty store.</summary>
    public static TimeSpan OfEmptyStore(string executable, string store)
    {
        TimeSpan time = StartAndSend(executable, store, out BrokerProcess broker);
        using (broker)
            broker.Stop();
        return time;
    }

    /// <summary>Fills a store with messages, kills the broker under load and starts it again.</summary>
    /// <param name="executable">The path of omq-broker.</param>
    /// <param name="store">The directory of the store, which is new.</param>
    /// <param name="bytes">Bytes of message bodies to fill the store with.</param>
    public static TimeSpan AfterKill(string executable, string store, long bytes)
    {
        using (BrokerProcess filled = BrokerProcess.Start(executable, store))
        {
            using var load = new SendLoad(filled.Target, new SendOptions
            {
                Shape = new SendShape(Topic, Queues, BodyBytes, Batch, SerializeType.Json, HasKeys: false),
                Connections = 4,
                InFlight = 2,
            });
            load.Fill(bytes / (BodyBytes * Batch));
            filled.Kill();
        }

        TimeSpan time = StartAndSend(executable, store, out BrokerProcess broker);
        using (broker)
            broker.Stop();
        return time;
    }

    private static TimeSpan StartAndSend(string executable, string store, out BrokerProcess broker)
    {
        var shape = new SendShape(Topic, Queues, BodyBytes, 1, SerializeType.Json, HasKeys: false);
        using FrameSet frames = shape.Encode(1, 0);
        long started = Stopwatch.GetTimestamp();
        broker = BrokerProcess.Start(executable, store);
        using var session = new AdminSession(broker.Target.EndPoint);
        session.CreateTopic(Topic, Queues);
        session.Send(frames[0], "accept a first message");
        return Stopwatch.GetElapsedTime(started);
    }
}

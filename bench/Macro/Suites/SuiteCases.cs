using OrleansMq.Bench.Macro.Frames;
using OrleansMq.Bench.Macro.Loads;
using OrleansMq.Bench.Macro.Measurement;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Bench.Macro.Suites;

/// <summary>The cases of the suite.</summary>
internal static class SuiteCases
{
    public const string Many = "send 64 connections";
    public const string One = "send 1 connection";
    public const string Pipelined = "send pipelined 1,024";
    public const string Batches = "send batches of 64";
    public const string Sustained = "send batches, sustained";
    public const string SyncOne = "sync flush, 1 connection";
    public const string SyncMany = "sync flush, 64 connections";
    public const string Drain = "drain";
    public const string Tail = "tail 1,000/s";
    public const string Idle = "idle, 16 connections";

    private const int BatchConnections = 4;
    private const int BatchInFlight = 2;
    private const int BatchMessages = 64;
    private const long DrainMessages = 1_000_000;
    private const int IdleConnections = 16;

    private static readonly string[] s_async = ["--flush", "async"];
    private static readonly string[] s_sync = ["--flush", "sync"];

    private static readonly SendShape s_message =
        new("omq-bench", Queues: 8, BodyBytes: 1024, Batch: 1, SerializeType.Json, HasKeys: false);

    private static readonly SendShape s_batch = s_message with { Batch = BatchMessages };

    /// <summary>Bytes of a stored message of the sustained case: record, body, topic and checksum.</summary>
    public static int StoredBytes => 91 + s_batch.BodyBytes + s_batch.Topic.Length + 20;

    public static SuiteCase[] All(SuiteOptions options)
    {
        SuiteCase Send(string name, string[] arguments, SendShape shape, int connections, int inFlight = 1) =>
            new(name, arguments, target => RunSend(target, LoadOf(shape, connections, inFlight, options)));

        SendOptions sustained = LoadOf(s_batch, BatchConnections, BatchInFlight, options) with
        {
            Duration = options.SustainedDuration,
        };
        return
        [
            Send(Many, s_async, s_message, connections: 64),
            Send("send 64 connections, binary", s_async, s_message with { Header = SerializeType.Binary }, 64),
            Send("send 64 connections, keys", s_async, s_message with { HasKeys = true }, 64),
            Send("send 64 connections, 128 B", s_async, s_message with { BodyBytes = 128 }, 64),
            Send("send 16 connections", s_async, s_message, connections: 16),
            Send(One, s_async, s_message, connections: 1),
            Send(Pipelined, s_async, s_message, connections: 1, inFlight: 1024),
            Send(Batches, s_async, s_batch, BatchConnections, BatchInFlight),
            Send(SyncOne, s_sync, s_message, connections: 1),
            Send(SyncMany, s_sync, s_message, connections: 64),
            new SuiteCase(Drain, s_async, target => RunDrain(target)),
            new SuiteCase(Tail, s_async, target => RunTail(target, options)),
            new SuiteCase(Idle, s_async, target => IdleLoad.Run(target, IdleConnections, options.Duration)),
            new SuiteCase(Sustained, s_async, target => RunSend(target, sustained), RunsOnce: true),
        ];
    }

    private static SendOptions LoadOf(SendShape shape, int connections, int inFlight, SuiteOptions options) => new()
    {
        Shape = shape,
        Connections = connections,
        InFlight = inFlight,
        Duration = options.Duration,
        WarmUp = options.WarmUp,
    };

    private static RunReport RunSend(Target target, SendOptions options)
    {
        using var load = new SendLoad(target, options);
        return load.Run("send");
    }

    private static RunReport RunDrain(Target target)
    {
        using var load = new DrainLoad(target, new DrainOptions { Shape = s_batch, Messages = DrainMessages });
        return load.Run(Drain);
    }

    private static RunReport RunTail(Target target, SuiteOptions options)
    {
        using var load = new TailLoad(target, new TailOptions
        {
            Shape = s_message,
            Duration = options.Duration,
            WarmUp = options.WarmUp,
        });
        return load.Run(Tail);
    }
}

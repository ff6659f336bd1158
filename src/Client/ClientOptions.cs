using OrleansMq.Client.Serialization;
using OrleansMq.Client.Transports;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Client;

/// <summary>
/// How a client talks to a broker, and what it puts up with. Immutable: change a copy with <c>with</c>.
/// </summary>
public sealed record ClientOptions
{
    /// <summary>RocketMQ's name of producers that gave none.</summary>
    internal const string DefaultProducerGroup = "DEFAULT_PRODUCER";

    /// <summary>The options that hold unless others are given.</summary>
    public static ClientOptions Default { get; } = new();

    /// <summary>
    /// Who the client is within its groups; every connection of a group needs one of its own. Default: a new one.
    /// </summary>
    public string ClientId { get; init; } = $"{Environment.MachineName}@{Environment.ProcessId}#{Guid.NewGuid():N}";

    /// <summary>
    /// The name by which brokers know the client's producers. Who sends in transactions needs one of its own: brokers
    /// ask any producer of the group how a transaction ended. RocketMQ: producerGroup. Default: DEFAULT_PRODUCER.
    /// </summary>
    public string ProducerGroup { get; init; } = DefaultProducerGroup;

    /// <summary>How brokers are reached. Default: TCP to 127.0.0.1:9876.</summary>
    public IBrokerTransport Transport { get; init; } = new SocketTransport("127.0.0.1:9876");

    /// <summary>
    /// How old a topic's route may be when it is used; an older one is asked for again while the old one is used on.
    /// RocketMQ: pollNameServerInterval. Default: 30 s.
    /// </summary>
    public TimeSpan RouteRefreshInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The most queues of a broker to use for a topic that a send creates; brokers may give fewer.
    /// RocketMQ: defaultTopicQueueNums. Default: 8.
    /// </summary>
    public int NewTopicQueues { get; init; } = 8;

    /// <summary>
    /// How often brokers are told that the client lives and what it consumes. RocketMQ: heartbeatBrokerInterval.
    /// Default: 30 s.
    /// </summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long a broker that could not be reached is not tried again; doubled with each failure. Default: 100 ms.
    /// </summary>
    public TimeSpan ReconnectDelay { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>What <see cref="ReconnectDelay"/> grows to at most. Default: 5 s.</summary>
    public TimeSpan MaxReconnectDelay { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a connection may take to be made. Default: 5 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long an answer may take, time spent waiting for a free place included. Default: 5 s.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How often calls are checked for their time-out, which is how late one may be noticed. Default: 50 ms.
    /// </summary>
    public TimeSpan TimeoutCheckInterval { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// The most calls of a connection without an answer; further ones wait for a free place. Pulls that brokers hold
    /// do not count. Default: 1,024.
    /// </summary>
    public int MaxPendingCalls { get; init; } = 1_024;

    /// <summary>
    /// The most bytes that wait for the socket before further commands wait themselves. Default: 4 MiB.
    /// </summary>
    public int MaxOutputBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>The longest frame that is sent or taken. Default: 16 MiB.</summary>
    public int MaxFrameBytes { get; init; } = FrameReader.DefaultMaxFrameBytes;

    /// <summary>
    /// The bytes of a connection's receive buffer while no longer frame is on its way. Default: 64 KiB.
    /// </summary>
    public int ReceiveBufferBytes { get; init; } = 64 * 1024;

    /// <summary>How headers are written. Default: binary.</summary>
    public SerializeType SerializeType { get; init; } = SerializeType.Binary;

    /// <summary>
    /// Bodies of so many bytes and more are compressed, if that makes them shorter; <see cref="int.MaxValue"/> turns it
    /// off. RocketMQ: compressMsgBodyOverHowmuch. Default: 4,096.
    /// </summary>
    public int CompressBodiesFromBytes { get; init; } = 4_096;

    /// <summary>
    /// The largest body that brokers take. A received body is decompressed to at most four times as much.
    /// Default: 4 MiB.
    /// </summary>
    public int MaxMessageBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>How many times longer a body above 1 MiB may get when it is decompressed. Default: 100.</summary>
    public int MaxDecompressionRatio { get; init; } = 100;

    /// <summary>
    /// Makes bodies of values and values of bodies, for sends and handlers of types. Default: bytes and text only.
    /// </summary>
    public IMessageSerializer Serializer { get; init; } = JsonMessageSerializer.PlainOnly;

    /// <summary>The clock. Default: the system's.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}

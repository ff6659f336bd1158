namespace OrleansMq.Client.Producing;

/// <summary>How a producer sends. Immutable: change a copy with <c>with</c>.</summary>
public sealed record ProducerOptions
{
    /// <summary>
    /// How long a send may take in all: waiting for room and company, every attempt, and the time between them.
    /// RocketMQ: sendMsgTimeout (3 s). Default: 10 s.
    /// </summary>
    public TimeSpan SendTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Whether messages that are sent at about the same time travel in one request. Each has its own answer all the
    /// same. Default: true.
    /// </summary>
    public bool IsBatching { get; init; } = true;

    /// <summary>
    /// How long a message waits for company at most while others of its topic are under way; alone it is sent at once,
    /// and it never waits longer than these are. Default: 5 ms.
    /// </summary>
    public TimeSpan Linger { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>The most messages of a request. Default: 1,000.</summary>
    public int MaxBatchMessages { get; init; } = 1_000;

    /// <summary>
    /// The most bytes of a request's messages; brokers take as much as one message may have. A longer message travels
    /// alone. Default: 256 KiB.
    /// </summary>
    public int MaxBatchBytes { get; init; } = 256 * 1024;

    /// <summary>The most requests of a topic under way for messages without ordering key. Default: 16.</summary>
    public int MaxBatchesUnderWay { get; init; } = 16;

    /// <summary>The most messages that are sent and not settled; further ones wait for room. Default: 50,000.</summary>
    public int MaxPendingMessages { get; init; } = 50_000;

    /// <summary>The most bytes of bodies that are sent and not settled. Default: 64 MiB.</summary>
    public long MaxPendingBytes { get; init; } = 64L * 1024 * 1024;

    /// <summary>The time before the second attempt; doubled with each further one. Default: 50 ms.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>What <see cref="RetryDelay"/> grows to at most. Default: 1 s.</summary>
    public TimeSpan MaxRetryDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Whether brokers that fail or are slow get fewer messages for a while. RocketMQ: sendLatencyFaultEnable.
    /// Default: true.
    /// </summary>
    public bool AvoidsSlowBrokers { get; init; } = true;

    /// <summary>Fails for options that cannot work; the message names all of them.</summary>
    /// <exception cref="ArgumentException">Some are wrong.</exception>
    internal void Check() => new OptionCheck()
        .Positive(SendTimeout)
        .NotNegative(Linger)
        .AtLeastOne(MaxBatchMessages)
        .AtLeastOne(MaxBatchBytes)
        .AtLeastOne(MaxBatchesUnderWay)
        .AtLeastOne(MaxPendingMessages)
        .AtLeastOne(MaxPendingBytes)
        .Positive(RetryDelay)
        .Positive(MaxRetryDelay)
        .ThrowIfAny("producer");
}

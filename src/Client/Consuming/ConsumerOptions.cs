using OrleansMq.Client.Receiving;

namespace OrleansMq.Client.Consuming;

/// <summary>What a consumer consumes, and how. Immutable: change a copy with <c>with</c>.</summary>
public sealed record ConsumerOptions
{
    /// <summary>The group: its members share messages and a place in every queue.</summary>
    public required string Group { get; init; }

    /// <summary>The topics with what is wanted of each. All members of a group must want the same.</summary>
    public required IReadOnlyDictionary<string, MessageFilter> Subscriptions { get; init; }

    /// <summary>Whether one member gets a message, or all do. RocketMQ: messageModel. Default: clustering.</summary>
    public ConsumerModel Model { get; init; }

    /// <summary>Which messages are handed out one after another. Default: none.</summary>
    public ConsumeOrder Order { get; init; }

    /// <summary>
    /// The most handlers at work at a time. RocketMQ: consumeThreadMin and consumeThreadMax. Default: 20.
    /// </summary>
    public int Concurrency { get; init; } = 20;

    /// <summary>
    /// Where the group begins in a queue that it has consumed nothing of. Queues that are added to a topic later are
    /// consumed from their first message on. RocketMQ: consumeFromWhere (latest). Default: earliest.
    /// </summary>
    public StartPosition StartAt { get; init; }

    /// <summary>
    /// How often a message is tried before it becomes a dead letter. Null: in order, without end; else as often as the
    /// group is configured to, 17 times with RocketMQ's defaults. RocketMQ: maxReconsumeTimes + 1. Default: null.
    /// </summary>
    public int? MaxAttempts { get; init; }

    /// <summary>
    /// When a message comes again that is tried again here, and whose handler did not say: in order, in broadcasting,
    /// and when it cannot be sent back. RocketMQ: suspendCurrentQueueTimeMillis. Default: 1 s.
    /// </summary>
    public TimeSpan LocalRetryDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long a broker holds a pull until there is a message. RocketMQ: brokerSuspendMaxTimeMillis. Default: 15 s.
    /// </summary>
    public TimeSpan PollTime { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>The most messages of a pull; brokers have limits of their own. RocketMQ: 32. Default: 256.</summary>
    public int PullMessages { get; init; } = 256;

    /// <summary>The most bytes of a pull, give or take its first message. Default: 256 KiB.</summary>
    public int PullBytes { get; init; } = 256 * 1024;

    /// <summary>
    /// The most messages of a queue that are held and not done. RocketMQ: pullThresholdForQueue. Default: 1,000.
    /// </summary>
    public int MaxQueueMessages { get; init; } = 1_000;

    /// <summary>
    /// The most bytes of a queue's messages that are held and not done, give or take one pull. RocketMQ:
    /// pullThresholdSizeForQueue (100 MiB). Default: 8 MiB.
    /// </summary>
    public long MaxQueueBytes { get; init; } = 8L * 1024 * 1024;

    /// <summary>
    /// The most messages of a queue behind one that is not done, themselves done or not: as many may come again after
    /// a crash. RocketMQ: consumeConcurrentlyMaxSpan. Default: 2,000.
    /// </summary>
    public int MaxQueueSpan { get; init; } = 2_000;

    /// <summary>
    /// The most messages of all queues that are held and not done. A queue that holds none may pull all the same, so
    /// that nobody starves. RocketMQ: pullThresholdForTopic. Default: 20,000.
    /// </summary>
    public int MaxMessages { get; init; } = 20_000;

    /// <summary>The same in bytes. RocketMQ: pullThresholdSizeForTopic. Default: 64 MiB.</summary>
    public long MaxBytes { get; init; } = 64L * 1024 * 1024;

    /// <summary>
    /// How often offsets are committed that no pull committed by the way. RocketMQ: persistConsumerOffsetInterval.
    /// Default: 5 s.
    /// </summary>
    public TimeSpan CommitInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How often the queues are shared out anew without a cause. RocketMQ: rebalanceInterval. Default: 20 s.
    /// </summary>
    public TimeSpan RebalanceInterval { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// How often the locks of queues in order are renewed. RocketMQ: rocketmq.client.rebalance.lockInterval.
    /// Default: 20 s.
    /// </summary>
    public TimeSpan LockInterval { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// How long a lock counts after it was renewed; less than brokers keep it (60 s). RocketMQ:
    /// rocketmq.client.rebalance.lockMaxLiveTime. Default: 30 s.
    /// </summary>
    public TimeSpan LockLifetime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long handlers may go on with messages of a queue that goes to another member. Default: 10 s.
    /// </summary>
    public TimeSpan HandOverTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long a consumer that stops waits for its handlers. RocketMQ: awaitTerminationMillisWhenShutdown (0).
    /// Default: 30 s.
    /// </summary>
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The time before what failed is tried again; doubled with each failure. Default: 100 ms.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>What <see cref="RetryDelay"/> grows to at most. Default: 5 s.</summary>
    public TimeSpan MaxRetryDelay { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Where a broadcasting member keeps its place; null: nowhere, so that it begins at <see cref="StartAt"/> each
    /// time. Clustering groups have theirs at the brokers. Default: null.
    /// </summary>
    public IOffsetStore? OffsetStore { get; init; }

    internal bool IsOrdered => Order != ConsumeOrder.None;

    internal bool IsBroadcasting => Model == ConsumerModel.Broadcasting;

    /// <summary>Fails for options that cannot work; the message names all of them.</summary>
    /// <exception cref="ArgumentException">Some are wrong.</exception>
    internal void Check() => new OptionCheck()
        .NotEmpty(Group, "the name of a group")
        .Require(Subscriptions is { Count: > 0 }, $"{nameof(Subscriptions)} is empty; one topic or more is expected.")
        .Require(
            OffsetStore is null || IsBroadcasting,
            $"{nameof(OffsetStore)} is set; it is for broadcasting, other groups have brokers for it.")
        .AtLeastOne(Concurrency)
        .AtLeastOne(MaxAttempts ?? 1, nameof(MaxAttempts))
        .AtLeastOne(PullMessages)
        .AtLeastOne(PullBytes)
        .AtLeastOne(MaxQueueMessages)
        .AtLeastOne(MaxQueueBytes)
        .AtLeastOne(MaxQueueSpan)
        .AtLeastOne(MaxMessages)
        .AtLeastOne(MaxBytes)
        .Positive(LocalRetryDelay)
        .Positive(PollTime)
        .Positive(CommitInterval)
        .Positive(RebalanceInterval)
        .Positive(LockInterval)
        .Require(
            LockLifetime > LockInterval,
            $"{nameof(LockLifetime)} is {LockLifetime}; more than {nameof(LockInterval)} is expected.")
        .NotNegative(HandOverTimeout)
        .NotNegative(ShutdownTimeout)
        .Positive(RetryDelay)
        .Positive(MaxRetryDelay)
        .ThrowIfAny("consumer");
}

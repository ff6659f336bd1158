using OrleansMq.Broker.ClientCalls;
using OrleansMq.Broker.DeadLetters;
using OrleansMq.Broker.Delays;
using OrleansMq.Broker.Filters;
using OrleansMq.Broker.KeyValues;
using OrleansMq.Broker.Popping;
using OrleansMq.Broker.Statistics;
using OrleansMq.Broker.Tracing;
using OrleansMq.Broker.Transactions;

namespace OrleansMq.Broker;

/// <summary>What a broker allows, keeps and gives up after how long.</summary>
public sealed class BrokerOptions
{
    /// <summary>Where the options stand in the configuration.</summary>
    public const string Section = "OrleansMq:Broker";

    /// <summary>
    /// The cluster that the broker belongs to. RocketMQ: <c>brokerClusterName</c>. Default: DefaultCluster.
    /// </summary>
    public string ClusterName { get; set; } = "DefaultCluster";

    /// <summary>
    /// The name of the broker, the same for as long as its store lives. RocketMQ: <c>brokerName</c>. Default: broker-a.
    /// </summary>
    public string BrokerName { get; set; } = "broker-a";

    /// <summary>
    /// Where clients reach the broker: an IP address, or one with a port; empty: where it listens. RocketMQ:
    /// <c>brokerIP1</c>. Default: empty.
    /// </summary>
    public string AdvertisedAddress { get; set; } = "";

    /// <summary>
    /// Whether a message to an unknown topic creates it. When off, no template is offered to clients either.
    /// RocketMQ: <c>autoCreateTopicEnable</c>. Default: true.
    /// </summary>
    public bool AutoCreateTopics { get; set; } = true;

    /// <summary>
    /// Whether a consumer of an unknown group creates it. RocketMQ: <c>autoCreateSubscriptionGroup</c>. Default: true.
    /// </summary>
    public bool AutoCreateGroups { get; set; } = true;

    /// <summary>
    /// The queues of a topic created automatically, unless the producer asks for fewer.
    /// RocketMQ: <c>defaultTopicQueueNums</c>. Default: 8.
    /// </summary>
    public int DefaultTopicQueues { get; set; } = 8;

    /// <summary>The most queues that a topic may have, 1 or more. Default: 16,384.</summary>
    public int MaxQueuesPerTopic { get; set; } = 16_384;

    /// <summary>The most topics of a broker, system topics included. Default: 100,000.</summary>
    public int MaxTopics { get; set; } = 100_000;

    /// <summary>The most attributes of a topic or a group. Default: 64.</summary>
    public int MaxAttributes { get; set; } = 64;

    /// <summary>The most consumer groups of a broker. Default: 100,000.</summary>
    public int MaxConsumerGroups { get; set; } = 100_000;

    /// <summary>The most members of a consumer group. Default: 10,000.</summary>
    public int MaxMembersPerGroup { get; set; } = 10_000;

    /// <summary>The most topics that a member may subscribe to within its group. Default: 1,000.</summary>
    public int MaxSubscriptionsPerMember { get; set; } = 1_000;

    /// <summary>The most queues that the members of a group may lock. Default: 100,000.</summary>
    public int MaxQueueLocksPerGroup { get; set; } = 100_000;

    /// <summary>The most queues for which a group may commit offsets. Default: 100,000.</summary>
    public int MaxCommittedQueuesPerGroup { get; set; } = 100_000;

    /// <summary>The most producer groups of a broker. Default: 100,000.</summary>
    public int MaxProducerGroups { get; set; } = 100_000;

    /// <summary>The most members of a producer group. Default: 10,000.</summary>
    public int MaxMembersPerProducerGroup { get; set; } = 10_000;

    /// <summary>
    /// How long a client may be silent before it is taken for gone. RocketMQ: <c>channelExpiredTimeout</c>.
    /// Default: 120 s.
    /// </summary>
    public TimeSpan ClientExpiry { get; set; } = TimeSpan.FromSeconds(120);

    /// <summary>How long a queue lock holds after it was last renewed. Default: 60 s.</summary>
    public TimeSpan QueueLockExpiry { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// The delay of each level, from level 1 on: numbers with a unit of s, m, h or d, separated by spaces.
    /// RocketMQ: <c>messageDelayLevel</c>. Default: 1s 5s 10s 30s 1m 2m 3m 4m 5m 6m 7m 8m 9m 10m 20m 30m 1h 2h.
    /// </summary>
    public string DelayLevels { get; set; } = Delays.DelayLevels.DefaultText;

    /// <summary>
    /// The longest delay that a message may ask for outside the delay levels. It may exceed the store's retention: what
    /// waits is stored anew before it expires. RocketMQ: <c>timerMaxDelaySec</c>, 3 days. Default: 40 days.
    /// </summary>
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromDays(40);

    /// <summary>
    /// The most messages that wait for their delivery time; 32 bytes of memory each while they wait. What waits already
    /// is kept even if it is more. Default: 20,000,000.
    /// </summary>
    public int MaxTimerEntries { get; set; } = 20_000_000;

    /// <summary>
    /// The most messages that a pull gets, 1 or more. RocketMQ: 32 from memory, 8 from disk. Default: 1,024.
    /// </summary>
    public int MaxPullMessages { get; set; } = 1_024;

    /// <summary>
    /// The most bytes that a pull gets, give or take its first message. RocketMQ: 256 KiB. Default: 1 MiB.
    /// </summary>
    public int MaxPullBytes { get; set; } = 1024 * 1024;

    /// <summary>The longest that a pull waits for a message, whatever it asks for. Default: 60 seconds.</summary>
    public TimeSpan MaxPullSuspend { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>The most messages that a query by key returns. RocketMQ: maxMsgsNumBatch. Default: 64.</summary>
    public int MaxQueryMessages { get; set; } = 64;

    /// <summary>
    /// How often committed offsets are written to disk; after a crash a group may see what it consumed since again.
    /// RocketMQ: flushConsumerOffsetInterval, 5 seconds. Default: 1 second.
    /// </summary>
    public TimeSpan OffsetFlushInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long, after an operator's reset of a group's offsets, its clients are turned back that go on from where they
    /// were before; they are until all that lay before the reset was handed out anew, if that is sooner. 0: not at all,
    /// so that what a member commits late undoes the reset. Default: 1 hour.
    /// </summary>
    public TimeSpan ResetGuard { get; set; } = TimeSpan.FromHours(1);

    /// <summary>When producers are asked what became of their transactions.</summary>
    public TransactionOptions Transactions { get; set; } = new();

    /// <summary>What is remembered of topics that store each unique id once.</summary>
    public Deduplication.DeduplicationOptions Deduplication { get; set; } = new();

    /// <summary>What is checked of messages that come compressed.</summary>
    public Sending.CompressionOptions Compression { get; set; } = new();

    /// <summary>When unread messages that are about to go are reported.</summary>
    public Retention.RetentionOptions Retention { get; set; } = new();

    /// <summary>What the broker asks of its clients.</summary>
    public ClientCallOptions ClientCalls { get; set; } = new();

    /// <summary>How many settings the name service keeps.</summary>
    public KeyValueOptions KeyValues { get; set; } = new();

    /// <summary>How much is counted.</summary>
    public StatisticsOptions Statistics { get; set; } = new();

    /// <summary>How messages are taken and acknowledged one by one.</summary>
    public PopOptions Pops { get; set; } = new();

    /// <summary>How much of the dead letters one request may list or send again.</summary>
    public DeadLetterOptions DeadLetters { get; set; } = new();

    /// <summary>What is noted of what happens to messages.</summary>
    public TracingOptions Tracing { get; set; } = new();

    /// <summary>How large SQL filters may be, and how much work they may cause.</summary>
    public SqlFilterOptions SqlFilters { get; set; } = new();

    /// <summary>Checks the options; the problems name the setting, its value and what is allowed.</summary>
    public IEnumerable<string> Validate()
    {
        if (!Messages.Topics.TopicNames.IsValidTopic(ClusterName, out string? problem))
            yield return $"{Section}:{nameof(ClusterName)}: {problem}";
        if (!Messages.Topics.TopicNames.IsValidTopic(BrokerName, out problem))
            yield return $"{Section}:{nameof(BrokerName)}: {problem}";
        if (MaxQueuesPerTopic is < 1 or > 1_048_576)
            yield return Outside(nameof(MaxQueuesPerTopic), MaxQueuesPerTopic, "1 to 1,048,576");
        if (DefaultTopicQueues < 1 || DefaultTopicQueues > MaxQueuesPerTopic)
            yield return Outside(nameof(DefaultTopicQueues), DefaultTopicQueues, $"1 to {nameof(MaxQueuesPerTopic)}");
        if (MaxTopics < 32)
            yield return Outside(nameof(MaxTopics), MaxTopics, "32 and more");
        if (MaxAttributes is < 0 or > 10_000)
            yield return Outside(nameof(MaxAttributes), MaxAttributes, "0 to 10,000");
        if (MaxConsumerGroups < 16)
            yield return Outside(nameof(MaxConsumerGroups), MaxConsumerGroups, "16 and more");
        if (MaxTimerEntries is < 1 or > TimerQueue.MaxCapacity)
            yield return Outside(nameof(MaxTimerEntries), MaxTimerEntries, $"1 to {TimerQueue.MaxCapacity}");
        foreach ((string name, int limit) in PositiveLimits())
        {
            if (limit < 1)
                yield return Outside(name, limit, "1 and more");
        }

        if (MaxPullBytes is < 1024 or > 64 * 1024 * 1024)
            yield return Outside(nameof(MaxPullBytes), MaxPullBytes, "1,024 to 67,108,864");
        if (MaxPullSuspend < TimeSpan.FromMilliseconds(1) || MaxPullSuspend > TimeSpan.FromHours(1))
            yield return Outside(nameof(MaxPullSuspend), MaxPullSuspend, "1 ms to 1 h");
        if (OffsetFlushInterval < TimeSpan.FromMilliseconds(10) || OffsetFlushInterval > TimeSpan.FromHours(1))
            yield return Outside(nameof(OffsetFlushInterval), OffsetFlushInterval, "10 ms to 1 h");
        if (ClientExpiry < TimeSpan.FromSeconds(1) || ClientExpiry > TimeSpan.FromDays(1))
            yield return Outside(nameof(ClientExpiry), ClientExpiry, "1 s to 1 day");
        if (QueueLockExpiry < TimeSpan.FromSeconds(1) || QueueLockExpiry > TimeSpan.FromDays(1))
            yield return Outside(nameof(QueueLockExpiry), QueueLockExpiry, "1 s to 1 day");
        if (MaxDelay < TimeSpan.Zero || MaxDelay > TimeSpan.FromDays(3650))
            yield return Outside(nameof(MaxDelay), MaxDelay, "0 to 3,650 days");
        if (ResetGuard < TimeSpan.Zero || ResetGuard > TimeSpan.FromDays(30))
            yield return Outside(nameof(ResetGuard), ResetGuard, "0 to 30 days");
        if (!Delays.DelayLevels.TryParse(DelayLevels, out _, out problem))
            yield return $"{Section}:{nameof(DelayLevels)}: {problem}";
        IEnumerable<string>[] others =
        [
            Transactions.Validate(), Retention.Validate(), ClientCalls.Validate(), Statistics.Validate(),
            KeyValues.Validate(), Pops.Validate(), Deduplication.Validate(), Compression.Validate(),
            DeadLetters.Validate(), Tracing.Validate(), SqlFilters.Validate(),
        ];
        foreach (string wrong in others.SelectMany(static problems => problems))
            yield return wrong;
    }

    private (string Name, int Limit)[] PositiveLimits() =>
    [
        (nameof(MaxPullMessages), MaxPullMessages),
        (nameof(MaxQueryMessages), MaxQueryMessages),
        (nameof(MaxMembersPerGroup), MaxMembersPerGroup),
        (nameof(MaxSubscriptionsPerMember), MaxSubscriptionsPerMember),
        (nameof(MaxQueueLocksPerGroup), MaxQueueLocksPerGroup),
        (nameof(MaxCommittedQueuesPerGroup), MaxCommittedQueuesPerGroup),
        (nameof(MaxProducerGroups), MaxProducerGroups),
        (nameof(MaxMembersPerProducerGroup), MaxMembersPerProducerGroup),
    ];

    private static string Outside(string name, object value, string allowed) =>
        $"{Section}:{name} is {value}; allowed is {allowed}.";
}

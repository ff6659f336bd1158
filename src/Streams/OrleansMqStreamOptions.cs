using OrleansMq.Messages.Topics;

namespace OrleansMq.Streams;

/// <summary>
/// A stream provider's options. They are the same on all silos and clients that have the provider.
/// </summary>
public sealed class OrleansMqStreamOptions
{
    /// <summary>Where the options stand when they are bound to a configuration: below the provider's name.</summary>
    public const string Section = "OrleansMq:Streams:<name>";

    /// <summary>
    /// Topics of stream namespaces whose name is not that of their topic, and namespaces whose topic is to be read even
    /// before anybody here published to it or subscribed: those that only clients of RocketMQ publish to. Default:
    /// none.
    /// </summary>
    public IDictionary<string, string> Topics { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>
    /// The consumer group whose committed offsets are the provider's checkpoints. Default: the provider's name and the
    /// service id, as in <c>mq-orders</c>.
    /// </summary>
    public string? ConsumerGroup { get; set; }

    /// <summary>How many queues a topic that the provider creates gets on each broker. Default: 4.</summary>
    public int QueuesPerBroker { get; set; } = 4;

    /// <summary>Where a topic is read from that was there before the provider. Default: NewEvents.</summary>
    public StartAt StartAt { get; set; } = StartAt.NewEvents;

    /// <summary>
    /// How events are written into messages. Bytes are always written as they are. Default: Orleans.
    /// </summary>
    public EventFormat Format { get; set; } = EventFormat.Orleans;

    /// <summary>
    /// The property of a message that is the key of its stream. Default: <c>__SHARDINGKEY</c>, which clients of
    /// RocketMQ set as sharding key or message group.
    /// </summary>
    public string KeyProperty { get; set; } = "__SHARDINGKEY";

    /// <summary>How often checkpoints are committed. Default: 1 s.</summary>
    public TimeSpan CheckpointInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// For how long a failing subscriber is tried again before its event is a dead letter. Default: 1 min.
    /// </summary>
    public TimeSpan RetryFor { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The pause before the second try; each one after it is twice as long. Default: 1 s.</summary>
    public TimeSpan FirstRetryDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The longest pause between two tries. A silo that stops waits for a pause that has begun. Default: 10 s.
    /// </summary>
    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long a new subscriber is waited for, while its queue is not read on: one that needs longer to come to life
    /// holds up nobody. Default: 1 s.
    /// </summary>
    public TimeSpan HandshakeTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The most messages of a stream that a subscriber is given in one call. Default: 64.</summary>
    public int MaxMessagesPerDelivery { get; set; } = 64;

    /// <summary>The most bytes of it, give or take the first message. Default: 262,144.</summary>
    public int MaxBytesPerDelivery { get; set; } = 256 * 1024;

    /// <summary>
    /// The newest messages of a queue kept in memory; older ones are read from the log. Default: 4,096.
    /// </summary>
    public int CachedMessages { get; set; } = 4_096;

    /// <summary>The most bytes of them. Default: 16,777,216.</summary>
    public int CachedBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>The most messages read from a queue at once. Default: 256.</summary>
    public int ReadBatch { get; set; } = 256;

    /// <summary>
    /// The most messages of other streams a subscription that reads from the log passes over at once, before others of
    /// the queue have their turn. Default: 4,096.
    /// </summary>
    public int ScanLimit { get; set; } = 4_096;

    /// <summary>The most subscriptions whose lag is reported, those that are furthest behind. Default: 1,000.</summary>
    public int MaxLagSeries { get; set; } = 1_000;

    /// <summary>The topic of a stream namespace.</summary>
    public string TopicOf(string streamNamespace) => Topics.TryGetValue(streamNamespace, out string? topic)
        ? topic
        : streamNamespace;

    /// <summary>The stream namespace of a topic.</summary>
    public string NamespaceOf(string topic) =>
        Topics.Where(pair => pair.Value == topic).Select(pair => pair.Key).FirstOrDefault() ?? topic;

    /// <summary>Checks the options; the problems name the setting, its value and what is allowed.</summary>
    public IEnumerable<string> Validate()
    {
        if (ConsumerGroup is not null && !TopicNames.IsValidGroup(ConsumerGroup, out string? problem))
            yield return $"{nameof(ConsumerGroup)}: {problem}";
        foreach ((string name, string topic) in Topics)
        {
            if (!TopicNames.IsValidTopic(topic, out problem))
                yield return $"{nameof(Topics)}:{name}: {problem}";
        }

        if (Topics.GroupBy(pair => pair.Value).FirstOrDefault(group => group.Count() > 1) is { } twice)
            yield return $"{nameof(Topics)}: '{twice.Key}' is the topic of more than one namespace; one is allowed.";
        if (KeyProperty.Length == 0 || KeyProperty.AsSpan().ContainsAny('\u0001', '\u0002'))
            yield return $"{nameof(KeyProperty)} is '{KeyProperty}'; the name of a property is expected.";
        foreach (string outside in ValidateNumbers().Concat(ValidateTimes()))
            yield return outside;
        if (MaxRetryDelay < FirstRetryDelay)
            yield return $"{nameof(MaxRetryDelay)} is {MaxRetryDelay}; {FirstRetryDelay} or more is expected.";
    }

    private IEnumerable<string> ValidateNumbers()
    {
        (string Name, int Value, int Min, int Max)[] numbers =
        [
            (nameof(QueuesPerBroker), QueuesPerBroker, 1, 1_024),
            (nameof(MaxMessagesPerDelivery), MaxMessagesPerDelivery, 1, 4_096),
            (nameof(MaxBytesPerDelivery), MaxBytesPerDelivery, 1, 64 * 1024 * 1024),
            (nameof(CachedMessages), CachedMessages, 16, 1_048_576),
            (nameof(CachedBytes), CachedBytes, 64 * 1024, 1 << 30),
            (nameof(ReadBatch), ReadBatch, 1, 4_096),
            (nameof(ScanLimit), ScanLimit, 64, 1_048_576),
            (nameof(MaxLagSeries), MaxLagSeries, 0, 100_000),
        ];
        return numbers.Where(number => number.Value < number.Min || number.Value > number.Max)
            .Select(number => $"{number.Name} is {number.Value}; allowed is {number.Min} to {number.Max}.");
    }

    private IEnumerable<string> ValidateTimes()
    {
        (string Name, TimeSpan Value, TimeSpan Min, TimeSpan Max)[] times =
        [
            (nameof(CheckpointInterval), CheckpointInterval, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(10)),
            (nameof(RetryFor), RetryFor, TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(1)),
            (nameof(FirstRetryDelay), FirstRetryDelay, TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1)),
            (nameof(MaxRetryDelay), MaxRetryDelay, TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1)),
            (nameof(HandshakeTimeout), HandshakeTimeout, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1)),
        ];
        return times.Where(time => time.Value < time.Min || time.Value > time.Max)
            .Select(time => $"{time.Name} is {time.Value}; allowed is {time.Min} to {time.Max}.");
    }
}

/// <summary>Where a topic is read from that was there before the provider.</summary>
public enum StartAt
{
    /// <summary>What is published from now on.</summary>
    NewEvents,

    /// <summary>Everything that is kept.</summary>
    OldestEvent,
}

/// <summary>How events are written into messages.</summary>
public enum EventFormat
{
    /// <summary>Orleans' serializer: every type that grains take; a batch is one message.</summary>
    Orleans,

    /// <summary>
    /// Each event a message whose body any client of RocketMQ reads: text as UTF-8, other types as the provider's
    /// <see cref="Events.IEventSerializer"/> says, which is JSON unless another is registered.
    /// </summary>
    Plain,
}

using OrleansMq.Client.Receiving;

namespace OrleansMq.Client.Popping;

/// <summary>What a simple consumer takes, and how. Immutable: change a copy with <c>with</c>.</summary>
/// <param name="Group">The consumer group: each message goes to one of its consumers at a time.</param>
/// <param name="Topic">The topic.</param>
public sealed record SimpleConsumerOptions(string Group, string Topic)
{
    /// <summary>Which messages; the same for all consumers of the group. Default: all.</summary>
    public MessageFilter Filter { get; init; }

    /// <summary>
    /// Whether messages of one ordering key come in their order: a message waits until the earlier ones of its key are
    /// acknowledged. Default: false.
    /// </summary>
    public bool IsOrdered { get; init; }

    /// <summary>
    /// Whether a group that comes for the first time begins with what is sent from then on. Default: false.
    /// </summary>
    public bool BeginsAtEnd { get; init; }

    /// <summary>
    /// For how long nobody else gets a message that was received. RocketMQ: invisibleDuration. Default: 60 s.
    /// </summary>
    public TimeSpan Invisible { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long to wait for a message. RocketMQ: awaitDuration. Default: 20 s.</summary>
    public TimeSpan Wait { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// How long an acknowledgement is tried while its broker cannot be reached. Default: 10 s.
    /// </summary>
    public TimeSpan AckTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The most messages to ask a broker for at a time; brokers have a limit. Default: 32.</summary>
    public int MaxMessagesPerRequest { get; init; } = 32;

    /// <summary>The most acknowledgements in a request; brokers have a limit. Default: 1,024.</summary>
    public int MaxAcksPerRequest { get; init; } = 1_024;

    /// <summary>Fails for options that cannot work; the message names all of them.</summary>
    /// <exception cref="ArgumentException">Some are wrong.</exception>
    internal void Check() => new OptionCheck()
        .NotEmpty(Group, "the name of a consumer group")
        .NotEmpty(Topic, "the name of a topic")
        .Positive(Invisible)
        .NotNegative(Wait)
        .Positive(AckTimeout)
        .AtLeastOne(MaxMessagesPerRequest)
        .AtLeastOne(MaxAcksPerRequest)
        .ThrowIfAny("simple consumer");
}

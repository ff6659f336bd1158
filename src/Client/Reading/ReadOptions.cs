using OrleansMq.Client.Receiving;

namespace OrleansMq.Client.Reading;

/// <summary>What a reader reads, and how. Immutable: change a copy with <c>with</c>.</summary>
public sealed record ReadOptions
{
    /// <summary>
    /// Where to begin. Default: where the group is if there is a <see cref="Group"/>, else the oldest message.
    /// </summary>
    public ReadPosition? From { get; init; }

    /// <summary>
    /// Whether reading ends with the last message that was there when it began; else it follows. Default: false.
    /// </summary>
    public bool StopsAtEnd { get; init; }

    /// <summary>Which messages. Default: all.</summary>
    public MessageFilter Filter { get; init; }

    /// <summary>The only queue to read. Default: all queues of the topic, those too that are added later.</summary>
    public (string BrokerName, int QueueId)? Queue { get; init; }

    /// <summary>
    /// The consumer group whose place is read and committed. A reader does not share the queues with the group's
    /// members: each reads them all. Default: none.
    /// </summary>
    public string? Group { get; init; }

    /// <summary>
    /// The most messages that wait to be taken, each queue with an equal share, at least one. Default: 4,096.
    /// </summary>
    public int MaxBufferedMessages { get; init; } = 4_096;

    /// <summary>
    /// The most bytes of bodies that wait to be taken, each queue with an equal share; a queue's last message may
    /// exceed it, and so may compressed bodies. Default: 16 MiB.
    /// </summary>
    public long MaxBufferedBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>
    /// How long a broker holds a pull at the end of a queue; brokers have a limit of their own. Default: 20 s.
    /// </summary>
    public TimeSpan HoldTime { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Fails for options that cannot work; the message names all of them.</summary>
    /// <exception cref="ArgumentException">Some are wrong.</exception>
    internal void Check() => new OptionCheck()
        .AtLeastOne(MaxBufferedMessages)
        .AtLeastOne(MaxBufferedBytes)
        .Positive(HoldTime)
        .Require(
            Group is not null || From is not { } from || !NeedsGroup(from),
            $"{nameof(From)} is {From}, which needs a {nameof(Group)}.")
        .ThrowIfAny("reader");

    /// <summary>Whether a position is one of a group.</summary>
    internal static bool NeedsGroup(ReadPosition position) =>
        position.Kind is ReadPositionKind.Committed or ReadPositionKind.CommittedOrLatest;
}

using OrleansMq.Client.Receiving;

namespace OrleansMq.Client.Consuming.Handling;

/// <summary>A message that is handed back to its broker, to come again or to become a dead letter.</summary>
/// <param name="Message">The message.</param>
internal sealed record SendBack(ReceivedMessage Message)
{
    /// <summary>When it comes again; null leaves it to the broker.</summary>
    public TimeSpan? After { get; init; }

    /// <summary>Why; null if nobody said.</summary>
    public string? Reason { get; init; }

    /// <summary>How often it was tried.</summary>
    public int Attempts { get; init; } = 1;

    /// <summary>How often it may be tried; null leaves it to the broker.</summary>
    public int? MaxAttempts { get; init; }

    /// <summary>Whether it is not to come again.</summary>
    public bool IsDeadLetter { get; init; }

    /// <summary>
    /// The delay level for brokers that know no exact delays: the nearest one of RocketMQ's defaults; 0 leaves it to
    /// the broker, below 0 makes it a dead letter.
    /// </summary>
    public int DelayLevel => IsDeadLetter ? -1 : After is { } after ? RetryLevels.Nearest(after) : 0;
}

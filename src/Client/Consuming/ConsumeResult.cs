namespace OrleansMq.Client.Consuming;

/// <summary>What is to become of a message that a handler had.</summary>
public readonly record struct ConsumeResult
{
    private ConsumeResult(ConsumeAction action, TimeSpan? after, string? reason) =>
        (Action, After, Reason) = (action, after, reason);

    /// <summary>It is done, and does not come again.</summary>
    public static ConsumeResult Ack { get; } = new(ConsumeAction.Ack, null, null);

    /// <summary>What is to be done.</summary>
    public ConsumeAction Action { get; }

    /// <summary>When the message comes again; null leaves it to the group's settings.</summary>
    public TimeSpan? After { get; }

    /// <summary>Why it is a dead letter, or comes again; for people.</summary>
    public string? Reason { get; }

    /// <summary>It comes again, or becomes a dead letter when it came often enough.</summary>
    /// <param name="after">When; null leaves it to the group's settings.</param>
    /// <param name="reason">Why; stands in the dead letter if it becomes one.</param>
    public static ConsumeResult Retry(TimeSpan? after = null, string? reason = null) =>
        after < TimeSpan.Zero
            ? throw new ArgumentOutOfRangeException(nameof(after), after, "A message cannot come again in the past.")
            : new ConsumeResult(ConsumeAction.Retry, after, reason);

    /// <summary>It does not come again, and is kept among the group's dead letters.</summary>
    /// <param name="reason">Why; stands in the dead letter.</param>
    public static ConsumeResult DeadLetter(string reason)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        return new ConsumeResult(ConsumeAction.DeadLetter, null, reason);
    }
}

namespace OrleansMq.Crash.Tests.Histories;

/// <summary>One try to send one message, and what was answered. Each has an identifier of its own.</summary>
public sealed class SendAttempt
{
    public required string Id { get; init; }

    public required string Topic { get; init; }

    public required int QueueId { get; init; }

    public required ulong BodyHash { get; init; }

    /// <summary>Not to be delivered before; null for a message that is delivered at once.</summary>
    public DateTimeOffset? Due { get; init; }

    /// <summary>When it began, by the history's logical clock.</summary>
    public required long StartedAt { get; init; }

    /// <summary>When it was acknowledged, by the history's logical clock; 0 while it was not.</summary>
    public long AnsweredAt { get; set; }

    /// <summary>The queue offset of the answer; of no meaning for a delayed message.</summary>
    public long Offset { get; set; }

    public bool IsAcknowledged => AnsweredAt != 0;
}

namespace OrleansMq.Broker.Popping;

/// <summary>
/// A pop that found no message, or a question whether there is one, and waits. Its owner knows how to try it again.
/// </summary>
public abstract class HeldPop
{
    /// <summary>The consumer group.</summary>
    public required string Group { get; init; }

    /// <summary>The topic.</summary>
    public required string Topic { get; init; }

    /// <summary>The queue; below 0 for all of the topic.</summary>
    public required int QueueId { get; init; }

    /// <summary>When the waiting ends, Unix milliseconds.</summary>
    public required long DeadlineMilliseconds { get; init; }

    /// <summary>Whether nobody waits for the answer any more.</summary>
    public abstract bool IsAbandoned { get; }

    /// <summary>Whether it takes what comes, so that others have to wait for more. Default: it does.</summary>
    public virtual bool TakesMessages => true;

    internal HeldPopState State { get; set; } = HeldPopState.Ready;

    /// <summary>
    /// Tries once more, on any thread; whether the answer was given. Not called again then, nor by two at once.
    /// </summary>
    public abstract bool TryServe();

    /// <summary>Answers that nothing came. Called once, on any thread.</summary>
    public abstract void GiveUp();

    /// <summary>Whether a message of a queue may be for it.</summary>
    internal bool Wants(int queueId) => QueueId < 0 || QueueId == queueId;
}

/// <summary>Where a held pop stands.</summary>
internal enum HeldPopState
{
    /// <summary>It waits.</summary>
    Idle,

    /// <summary>Something came: it will be tried.</summary>
    Ready,

    /// <summary>It is being tried.</summary>
    Trying,

    /// <summary>It is being tried, and something came meanwhile.</summary>
    TryingAgain,

    /// <summary>It was answered.</summary>
    Gone,
}

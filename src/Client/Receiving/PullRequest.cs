namespace OrleansMq.Client.Receiving;

/// <summary>What to read of a queue.</summary>
/// <param name="Group">The consumer's group.</param>
/// <param name="Topic">The topic.</param>
/// <param name="QueueId">The queue within the topic.</param>
/// <param name="Offset">The queue offset to begin at.</param>
public sealed record PullRequest(string Group, string Topic, int QueueId, long Offset)
{
    /// <summary>The most messages wanted; the broker has a limit of its own. Default: 32.</summary>
    public int MaxMessages { get; init; } = 32;

    /// <summary>The most bytes wanted; 0 leaves it to the broker. Default: 0.</summary>
    public int MaxBytes { get; init; }

    /// <summary>How long the broker may wait for a message; zero answers at once. Default: zero.</summary>
    public TimeSpan Wait { get; init; }

    /// <summary>The messages wanted: tags as "a || b", a condition, or "*" for all. Default: "*".</summary>
    public string Expression { get; init; } = "*";

    /// <summary>How to read the expression: TAG or SQL92. Default: TAG.</summary>
    public string ExpressionType { get; init; } = MessageFilter.TagType;

    /// <summary>An offset to commit by the way; null for none. Default: null.</summary>
    public long? CommitOffset { get; init; }
}

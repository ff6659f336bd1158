namespace OrleansMq.Client.Popping;

/// <summary>What to take of a topic.</summary>
/// <param name="Group">The consumer's group.</param>
/// <param name="Topic">The topic.</param>
public sealed record PopRequest(string Group, string Topic)
{
    /// <summary>The queue; negative for any of the broker's. Default: -1.</summary>
    public int QueueId { get; init; } = -1;

    /// <summary>The most messages wanted; the broker refuses more than its limit. Default: 32.</summary>
    public int MaxMessages { get; init; } = 32;

    /// <summary>For how long nobody else gets the messages. Default: 60 s.</summary>
    public TimeSpan Invisible { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How long the broker may wait for a message; zero answers at once. It does not wait when it has passed as many
    /// messages that are not wanted as one pop may: ask again. Default: zero.
    /// </summary>
    public TimeSpan Wait { get; init; }

    /// <summary>Whether a group that comes for the first time begins at the end. Default: false.</summary>
    public bool BeginsAtEnd { get; init; }

    /// <summary>Whether the messages of one message group come in their order. Default: false.</summary>
    public bool IsOrdered { get; init; }

    /// <summary>The messages wanted: tags as "a || b", a condition, or "*" for all. Default: "*".</summary>
    public string Expression { get; init; } = "*";

    /// <summary>How to read the expression: TAG or SQL92. Default: TAG.</summary>
    public string ExpressionType { get; init; } = "TAG";
}

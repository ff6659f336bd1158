namespace OrleansMq.Client.Administration;

/// <summary>Which dead letters of a group are meant.</summary>
/// <param name="Group">The group that gave them up.</param>
public sealed record DeadLetterSelection(string Group)
{
    /// <summary>The identifiers, the broker's or the producer's; empty for all that the rest selects.</summary>
    public IReadOnlyList<string> MessageIds { get; init; } = [];

    /// <summary>Only those that came from this topic; null for all.</summary>
    public string? Topic { get; init; }

    /// <summary>Only those dead since this time; null for any.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Only those dead by this time; null for any.</summary>
    public DateTimeOffset? Until { get; init; }

    internal long Begin => From?.ToUnixTimeMilliseconds() ?? 0;

    internal long End => Until?.ToUnixTimeMilliseconds() ?? long.MaxValue;
}

/// <summary>How dead letters are sent again.</summary>
public sealed record ResendOptions
{
    /// <summary>Whether all groups of the topic get them, not only the one that gave them up. Default: false.</summary>
    public bool ToTopic { get; init; }

    /// <summary>Whether to say only what would be sent. Default: false.</summary>
    public bool IsDryRun { get; init; }

    /// <summary>Whether to send also what was sent again before. Default: false.</summary>
    public bool IsForced { get; init; }
}

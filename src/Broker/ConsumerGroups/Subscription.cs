using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using OrleansMq.Messages.Properties;

namespace OrleansMq.Broker.ConsumerGroups;

/// <summary>Which messages of a topic a group wants. Immutable; safe to use from any thread.</summary>
public sealed class Subscription
{
    /// <summary>The expression that every message matches.</summary>
    public const string AllExpression = "*";

    /// <summary>The longest expression, in characters.</summary>
    public const int MaxExpressionLength = 32_768;

    private readonly FrozenSet<int> _codes;

    [JsonConstructor]
    private Subscription(
        string topic, string expression, ExpressionKind kind, IReadOnlyList<string> tags, long version)
    {
        Topic = topic;
        Expression = expression;
        Kind = kind;
        Tags = tags;
        Version = version;
        _codes = tags.Select(tag => TagHash.Compute(tag)).ToFrozenSet();
    }

    /// <summary>The topic.</summary>
    public string Topic { get; }

    /// <summary>The filter as the client wrote it; "*" for all.</summary>
    public string Expression { get; }

    /// <summary>The language of the filter.</summary>
    public ExpressionKind Kind { get; }

    /// <summary>The tags that match, each once in the order of the expression; empty for all and for SQL.</summary>
    public IReadOnlyList<string> Tags { get; }

    /// <summary>The hashes of the tags; empty for all and for SQL.</summary>
    [JsonIgnore]
    public IReadOnlyCollection<int> Codes => _codes;

    /// <summary>When the client made the subscription, by its clock; the newest wins.</summary>
    public long Version { get; }

    /// <summary>A subscription to all messages of a topic.</summary>
    public static Subscription ToAll(string topic, long version) =>
        new(topic, AllExpression, ExpressionKind.Tag, [], version);

    /// <summary>Reads a filter: null, "" and "*" mean all; tags stand between "||". SQL is kept as it is.</summary>
    public static bool TryParse(
        string topic,
        string? expression,
        ExpressionKind kind,
        long version,
        [NotNullWhen(true)] out Subscription? subscription,
        [NotNullWhen(false)] out string? problem)
    {
        subscription = null;
        problem = null;
        if (string.IsNullOrEmpty(topic))
            problem = "A subscription names no topic; name one.";
        else if (expression?.Length > MaxExpressionLength)
            problem = $"The filter of '{topic}' has {expression.Length} characters; allowed are {MaxExpressionLength}.";
        else if (kind == ExpressionKind.Tag && (string.IsNullOrEmpty(expression) || expression.Trim() == AllExpression))
            subscription = ToAll(topic, version);
        else if (kind == ExpressionKind.Sql92 && string.IsNullOrWhiteSpace(expression))
            problem = $"The SQL filter of '{topic}' is empty; write a condition, or subscribe with the tag '*'.";
        else if (kind == ExpressionKind.Sql92)
            subscription = new Subscription(topic, expression!, kind, [], version);
        else if (SplitTags(expression!) is { Length: > 0 } tags)
            subscription = new Subscription(topic, expression!, kind, tags, version);
        else
            problem = $"The filter '{expression}' of '{topic}' holds no tag; write tags separated by '||', or '*'.";
        return subscription is not null;
    }

    /// <summary>
    /// Whether a message may be wanted, going by the tag hash of its consume-queue entry, 0 for a message without tag.
    /// Two tags can have the same hash, so clients compare the tag again; an SQL filter is always true here.
    /// </summary>
    public bool Matches(long tagsCode) => _codes.Count == 0 || _codes.Contains((int)tagsCode);

    /// <summary>Whether the other subscription selects the same messages by the same words.</summary>
    public bool HasSameFilter(Subscription other) => Kind == other.Kind && Expression == other.Expression;

    /// <inheritdoc/>
    public override string ToString() => $"{Topic} [{Kind}: {Expression}]";

    private static string[] SplitTags(string expression) => expression
        .Split("||", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Distinct(StringComparer.Ordinal)
        .ToArray();
}

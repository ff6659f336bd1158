namespace OrleansMq.Client.Receiving;

/// <summary>Which messages of a topic are wanted; brokers hold the others back.</summary>
public readonly record struct MessageFilter
{
    internal const string TagType = "TAG";
    private const string SqlType = "SQL92";
    private const string Everything = "*";

    private readonly string? _expression;
    private readonly bool _isSql;

    private MessageFilter(string expression, bool isSql) => (_expression, _isSql) = (expression, isSql);

    /// <summary>All messages.</summary>
    public static MessageFilter All => default;

    /// <summary>The condition, or the tags as "a || b", or "*".</summary>
    public string Expression => _expression ?? Everything;

    /// <summary>How brokers read the expression.</summary>
    internal string ExpressionType => _isSql ? SqlType : TagType;

    /// <summary>Messages with one of these tags.</summary>
    public static MessageFilter Tags(params ReadOnlySpan<string> tags)
    {
        foreach (string tag in tags)
        {
            if (string.IsNullOrWhiteSpace(tag) || tag.Contains('|', StringComparison.Ordinal))
                throw new ArgumentException($"'{tag}' is no tag; each is given by itself, without '|'.", nameof(tags));
        }

        return tags.IsEmpty
            ? throw new ArgumentException("A filter by tags names at least one.", nameof(tags))
            : new MessageFilter(string.Join(" || ", tags!), isSql: false);
    }

    /// <summary>
    /// Messages that a condition over their properties holds for, such as <c>price &gt; 10 AND TAGS = 'paid'</c>;
    /// brokers refuse one that they cannot read.
    /// </summary>
    public static MessageFilter Sql(string condition)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(condition);
        return new MessageFilter(condition, isSql: true);
    }

    /// <inheritdoc/>
    public override string ToString() => _isSql ? $"SQL {Expression}" : Expression;
}

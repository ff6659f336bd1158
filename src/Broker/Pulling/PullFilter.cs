using System.Text;
using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Storage.Reading;

namespace OrleansMq.Broker.Pulling;

/// <summary>What a pull selects, with the text it was parsed from. Immutable.</summary>
internal sealed class PullFilter : IMessageFilter
{
    private readonly byte[] _expression;
    private readonly byte[] _expressionType;
    private readonly Subscription? _subscription;

    private PullFilter(
        ReadOnlySpan<byte> expression, ReadOnlySpan<byte> type, Subscription? subscription, string? problem)
    {
        _expression = expression.ToArray();
        _expressionType = type.ToArray();
        _subscription = subscription;
        Problem = problem;
    }

    public static ReadOnlySpan<byte> Sql92 => "SQL92"u8;

    /// <summary>Why the expression cannot be used; null when it can.</summary>
    public string? Problem { get; }

    /// <summary>The filter to hand to the store, null for all messages.</summary>
    public IMessageFilter? Effective => _subscription!.Codes.Count == 0 ? null : this;

    public static PullFilter Parse(
        string topic, ReadOnlySpan<byte> expression, ReadOnlySpan<byte> type, long version)
    {
        if (!type.IsEmpty && !type.SequenceEqual("TAG"u8))
        {
            return new PullFilter(
                expression, type, null,
                $"This broker filters by tags, not by '{Encoding.UTF8.GetString(type)}'. Subscribe with tags or '*'.");
        }

        Subscription.TryParse(
            topic, Encoding.UTF8.GetString(expression), ExpressionKind.Tag, version,
            out Subscription? subscription, out string? problem);
        return new PullFilter(expression, type, subscription, problem);
    }

    public bool IsFor(ReadOnlySpan<byte> expression, ReadOnlySpan<byte> type) =>
        expression.SequenceEqual(_expression) && type.SequenceEqual(_expressionType);

    public bool MatchesTagsCode(long tagsCode) => _subscription!.Matches(tagsCode);
}

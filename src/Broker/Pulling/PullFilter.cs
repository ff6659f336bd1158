using System.Text;
using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Broker.Filters;
using OrleansMq.Messages.Records;
using OrleansMq.Storage.Reading;

namespace OrleansMq.Broker.Pulling;

/// <summary>What a pull selects, with the text it was parsed from. Immutable.</summary>
internal sealed class PullFilter : IMessageFilter
{
    private readonly byte[] _expression;
    private readonly byte[] _expressionType;
    private readonly SqlFilterOptions _options;
    private Subscription? _tags;
    private SqlFilter? _condition;

    private PullFilter(ReadOnlySpan<byte> expression, ReadOnlySpan<byte> type, SqlFilterOptions options)
    {
        _options = options;
        _expression = expression.ToArray();
        _expressionType = type.ToArray();
    }

    public static ReadOnlySpan<byte> Sql92 => "SQL92"u8;

    /// <summary>Why the expression cannot be used; null when it can.</summary>
    public string? Problem { get; private set; }

    /// <summary>The filter to hand to the store, null for all messages.</summary>
    public IMessageFilter? Effective => _condition is null && _tags!.Codes.Count == 0 ? null : this;

    public int StepsPerRead => _options.MaxStepsPerPull;

    public static PullFilter Parse(
        string topic, ReadOnlySpan<byte> expression, ReadOnlySpan<byte> type, long version, SqlFilterOptions options)
    {
        var filter = new PullFilter(expression, type, options);
        string text = Encoding.UTF8.GetString(expression);
        string? problem;
        if (type.SequenceEqual(Sql92))
        {
            SqlFilter.TryParse(text, options.Limits, out filter._condition, out problem);
        }
        else if (type.IsEmpty || type.SequenceEqual("TAG"u8))
        {
            Subscription.TryParse(topic, text, ExpressionKind.Tag, version, out filter._tags, out problem);
        }
        else
        {
            problem = $"This broker does not filter by '{Encoding.UTF8.GetString(type)}'; use TAG or SQL92.";
        }

        filter.Problem = problem;
        return filter;
    }

    public bool IsFor(ReadOnlySpan<byte> expression, ReadOnlySpan<byte> type) =>
        expression.SequenceEqual(_expression) && type.SequenceEqual(_expressionType);

    public bool MatchesTagsCode(long tagsCode) => _tags?.Matches(tagsCode) ?? true;

    public bool Matches(RecordView record, ref int stepsLeft)
    {
        if (_condition is null)
            return true;

        bool isMatch = _condition.Matches(record.Properties, out int steps);
        stepsLeft -= steps;
        return isMatch;
    }
}

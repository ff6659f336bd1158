using System.Diagnostics.CodeAnalysis;
using System.Text;
using OrleansMq.Messages.Properties;

namespace OrleansMq.Broker.Filters;

/// <summary>How large a condition may be.</summary>
/// <param name="MaxCharacters">The most characters.</param>
/// <param name="MaxDepth">The most levels of brackets, NOT and signs.</param>
/// <param name="MaxParts">The most comparisons, values and connectives.</param>
/// <param name="MaxProperties">The most properties that it may name.</param>
public sealed record SqlFilterLimits(int MaxCharacters, int MaxDepth, int MaxParts, int MaxProperties)
{
    /// <summary>16,384 characters, 64 levels, 1,024 parts, 64 properties.</summary>
    public static SqlFilterLimits Default { get; } = new(16_384, 64, 1_024, 64);
}

/// <summary>
/// A condition on the properties of messages, parsed once. See docs/reference/sql-filters.md for grammar and rules.
/// Immutable; safe to use from any thread. Evaluating allocates nothing, and what it takes is counted.
/// RocketMQ: filter type SQL92.
/// </summary>
public sealed class SqlFilter
{
    private readonly SqlNode _condition;
    private readonly byte[][] _names;

    private SqlFilter(SqlNode condition, byte[][] names)
    {
        _condition = condition;
        _names = names;
    }

    /// <summary>
    /// Reads a condition. Never throws; the problem says what is wrong and where, in characters from 1.
    /// </summary>
    public static bool TryParse(
        string text, SqlFilterLimits limits, [NotNullWhen(true)] out SqlFilter? filter,
        [NotNullWhen(false)] out string? problem)
    {
        filter = null;
        problem = null;
        if (text.Length > limits.MaxCharacters)
        {
            problem = $"The condition has {text.Length} characters; at most {limits.MaxCharacters} are allowed.";
            return false;
        }

        try
        {
            var parser = new SqlParser(text, limits);
            SqlNode condition = parser.Parse();
            filter = new SqlFilter(condition, [.. parser.Names.Select(Encoding.UTF8.GetBytes)]);
            return true;
        }
        catch (SqlSyntaxException cause)
        {
            problem = cause.Message;
            return false;
        }
    }

    /// <summary>Whether a message with these properties matches: false, too, when that is not known.</summary>
    /// <param name="properties">An encoded <see cref="PropertyBlock"/>.</param>
    public bool Matches(ReadOnlySpan<byte> properties) => Matches(properties, out _);

    /// <summary>Whether a message with these properties matches: false, too, when that is not known.</summary>
    /// <param name="properties">An encoded <see cref="PropertyBlock"/>; may hold anything.</param>
    /// <param name="steps">
    /// What that took: a step for each part, for each property of the message, and for each 64 bytes of text compared.
    /// </param>
    public bool Matches(ReadOnlySpan<byte> properties, out int steps)
    {
        int pairs = 0;
        Span<PropertySlice> slices = stackalloc PropertySlice[_names.Length];
        slices.Fill(new PropertySlice(-1, 0));
        foreach (PropertyPair pair in PropertyBlock.Enumerate(properties))
        {
            pairs++;
            for (int index = 0; index < _names.Length; index++)
            {
                if (pair.Name.SequenceEqual(_names[index]))
                    slices[index] = SliceOf(properties, pair.Value);
            }
        }

        var message = new SqlMessage { Properties = properties, Slices = slices, Steps = pairs };
        message.Count(properties.Length);
        bool isMatch = _condition.Evaluate(ref message).IsTrue;
        steps = message.Steps;
        return isMatch;
    }

    private static PropertySlice SliceOf(ReadOnlySpan<byte> properties, ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty)
            return new PropertySlice(0, 0);

        properties.Overlaps(value, out int start);
        return new PropertySlice(start, value.Length);
    }
}

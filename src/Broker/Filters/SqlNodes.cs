namespace OrleansMq.Broker.Filters;

/// <summary>A part of a parsed expression. Immutable.</summary>
internal abstract class SqlNode
{
    /// <summary>Whether it is true, false or not known, and can stand where a condition is wanted.</summary>
    public virtual bool IsCondition => true;

    /// <summary>The value for a message; what that took is counted there.</summary>
    public abstract SqlValue Evaluate(scoped ref SqlMessage message);
}

/// <summary>A property; as a condition it is false whatever it says, as in RocketMQ.</summary>
internal sealed class PropertyNode(int index) : SqlNode
{
    public override bool IsCondition => false;

    public override SqlValue Evaluate(scoped ref SqlMessage message)
    {
        message.Steps++;
        PropertySlice slice = message.Slices[index];
        return slice.Start < 0 ? SqlValue.Null : SqlValue.Of(message.Properties.Slice(slice.Start, slice.Length));
    }
}

/// <summary>A number.</summary>
internal sealed class NumberNode(long integer, double number, bool isInteger) : SqlNode
{
    public override bool IsCondition => false;

    public override SqlValue Evaluate(scoped ref SqlMessage message) => Value;

    public SqlValue Value => isInteger ? SqlValue.Of(integer) : SqlValue.Of(number);

    public NumberNode Negate() => new(-integer, -number, isInteger);
}

/// <summary>A text.</summary>
internal sealed class TextNode(byte[] text) : SqlNode
{
    public override bool IsCondition => false;

    public override SqlValue Evaluate(scoped ref SqlMessage message) =>
        SqlValue.Of(text);
}

/// <summary>TRUE, FALSE or NULL.</summary>
internal sealed class LiteralNode(bool? value) : SqlNode
{
    public bool IsNull => value is null;

    public override SqlValue Evaluate(scoped ref SqlMessage message) =>
        value is { } known ? SqlValue.Of(known) : SqlValue.Null;
}

/// <summary>A property where a condition is wanted.</summary>
internal sealed class CastNode(SqlNode inner) : SqlNode
{
    public override SqlValue Evaluate(scoped ref SqlMessage message) =>
        inner.Evaluate(ref message).IsNull ? SqlValue.Null : SqlValue.False;
}

/// <summary>Several conditions, any or all of which must hold.</summary>
internal sealed class LogicNode(SqlNode[] parts, bool isAny) : SqlNode
{
    public override SqlValue Evaluate(scoped ref SqlMessage message)
    {
        bool isUnknown = false;
        foreach (SqlNode part in parts)
        {
            message.Steps++;
            SqlValue value = part.Evaluate(ref message);
            if (isAny ? value.IsTrue : value.IsFalse)
                return value;
            isUnknown |= value.IsNull;
        }

        return isUnknown ? SqlValue.Null : SqlValue.Of(!isAny);
    }
}

/// <summary>The opposite of a condition; not known when it is not known.</summary>
internal sealed class NotNode(SqlNode inner) : SqlNode
{
    public override SqlValue Evaluate(scoped ref SqlMessage message)
    {
        SqlValue value = inner.Evaluate(ref message);
        return value.IsNull ? SqlValue.Null : SqlValue.Of(value.IsFalse);
    }
}

/// <summary>
/// Whether two values are the same: not known when only the left one is missing, false when only the right one is.
/// </summary>
internal sealed class EqualNode(SqlNode left, SqlNode right) : SqlNode
{
    public override SqlValue Evaluate(scoped ref SqlMessage message)
    {
        SqlValue one = left.Evaluate(ref message);
        SqlValue other = right.Evaluate(ref message);
        message.Count(Math.Min(one.Text.Length, other.Text.Length));
        if (one.IsNull || other.IsNull)
            return one.IsNull && !other.IsNull ? SqlValue.Null : SqlValue.Of(one.IsNull && other.IsNull);
        return SqlValue.Of(SqlValue.AreEqual(one, other));
    }
}

/// <summary>How two numbers are to be ordered.</summary>
internal enum SqlOrder
{
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// <summary>
/// Whether two values are in some order as numbers: not known when one is missing, or both are texts that are none;
/// false when one text is none.
/// </summary>
internal sealed class OrderNode(SqlNode left, SqlNode right, SqlOrder wanted) : SqlNode
{
    public override SqlValue Evaluate(scoped ref SqlMessage message)
    {
        SqlValue one = left.Evaluate(ref message);
        SqlValue other = right.Evaluate(ref message);
        message.Count(one.Text.Length + other.Text.Length);
        if (one.IsNull || other.IsNull)
            return SqlValue.Null;
        if (!SqlValue.TryCompare(one, other, out int order))
            return one.Kind == SqlKind.Text && other.Kind == SqlKind.Text ? SqlValue.Null : SqlValue.False;
        return SqlValue.Of(wanted switch
        {
            SqlOrder.Less => order < 0,
            SqlOrder.LessOrEqual => order <= 0,
            SqlOrder.Greater => order > 0,
            _ => order >= 0,
        });
    }
}

/// <summary>Whether a property is missing, or is not.</summary>
internal sealed class NullNode(SqlNode inner, bool isNegated) : SqlNode
{
    public override SqlValue Evaluate(scoped ref SqlMessage message) =>
        SqlValue.Of(inner.Evaluate(ref message).IsNull != isNegated);
}

/// <summary>Whether a property is one of several texts; not known when it is missing.</summary>
internal sealed class InNode(SqlNode property, byte[][] texts, bool isNegated) : SqlNode
{
    public override SqlValue Evaluate(scoped ref SqlMessage message)
    {
        SqlValue value = property.Evaluate(ref message);
        if (value.IsNull)
            return SqlValue.Null;

        foreach (byte[] text in texts)
        {
            message.Count(text.Length == value.Text.Length ? text.Length : 0);
            if (value.Text.SequenceEqual(text))
                return SqlValue.Of(!isNegated);
        }

        return SqlValue.Of(isNegated);
    }
}

/// <summary>Where in a property a text is looked for.</summary>
internal enum SqlPlace
{
    Anywhere,
    Start,
    End,
}

/// <summary>
/// Whether a property holds a text; false, negated or not, when the property is missing or the text empty.
/// </summary>
internal sealed class SearchNode(SqlNode property, byte[] text, SqlPlace place, bool isNegated) : SqlNode
{
    public override SqlValue Evaluate(scoped ref SqlMessage message)
    {
        SqlValue value = property.Evaluate(ref message);
        if (value.IsNull || text.Length == 0)
            return SqlValue.False;

        // At worst the text is almost found at each place.
        message.Count(place == SqlPlace.Anywhere ? value.Text.Length + CostOfSearch(value.Text) : text.Length);

        bool isFound = place switch
        {
            SqlPlace.Start => value.Text.StartsWith(text),
            SqlPlace.End => value.Text.EndsWith(text),
            _ => value.Text.IndexOf(text) >= 0,
        };
        return SqlValue.Of(isFound != isNegated);
    }

    private long CostOfSearch(ReadOnlySpan<byte> value) => (long)value.Length * (text.Length / SqlMessage.BytesPerStep);
}

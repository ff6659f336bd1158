namespace OrleansMq.Broker.Filters;

/// <summary>Where the value of a property stands in its block; a negative start when it is not there.</summary>
internal readonly record struct PropertySlice(int Start, int Length);

/// <summary>A part of a parsed expression. Immutable.</summary>
internal abstract class SqlNode
{
    /// <summary>Whether it is true, false or not known, and can stand where a condition is wanted.</summary>
    public virtual bool IsCondition => true;

    /// <summary>The value for a message.</summary>
    /// <param name="block">The message's properties.</param>
    /// <param name="slices">Where those stand that the expression names.</param>
    public abstract SqlValue Evaluate(ReadOnlySpan<byte> block, scoped ReadOnlySpan<PropertySlice> slices);
}

/// <summary>A property; as a condition it is false whatever it says, as in RocketMQ.</summary>
internal sealed class PropertyNode(int index) : SqlNode
{
    public override bool IsCondition => false;

    public override SqlValue Evaluate(ReadOnlySpan<byte> block, scoped ReadOnlySpan<PropertySlice> slices)
    {
        PropertySlice slice = slices[index];
        return slice.Start < 0 ? SqlValue.Null : SqlValue.Of(block.Slice(slice.Start, slice.Length));
    }
}

/// <summary>A number.</summary>
internal sealed class NumberNode(long integer, double number, bool isInteger) : SqlNode
{
    public override bool IsCondition => false;

    public override SqlValue Evaluate(ReadOnlySpan<byte> block, scoped ReadOnlySpan<PropertySlice> slices) => Value;

    public SqlValue Value => isInteger ? SqlValue.Of(integer) : SqlValue.Of(number);

    public NumberNode Negate() => new(-integer, -number, isInteger);
}

/// <summary>A text.</summary>
internal sealed class TextNode(byte[] text) : SqlNode
{
    public override bool IsCondition => false;

    public override SqlValue Evaluate(ReadOnlySpan<byte> block, scoped ReadOnlySpan<PropertySlice> slices) =>
        SqlValue.Of(text);
}

/// <summary>TRUE, FALSE or NULL.</summary>
internal sealed class LiteralNode(bool? value) : SqlNode
{
    public bool IsNull => value is null;

    public override SqlValue Evaluate(ReadOnlySpan<byte> block, scoped ReadOnlySpan<PropertySlice> slices) =>
        value is { } known ? SqlValue.Of(known) : SqlValue.Null;
}

/// <summary>A property where a condition is wanted.</summary>
internal sealed class CastNode(SqlNode inner) : SqlNode
{
    public override SqlValue Evaluate(ReadOnlySpan<byte> block, scoped ReadOnlySpan<PropertySlice> slices) =>
        inner.Evaluate(block, slices).IsNull ? SqlValue.Null : SqlValue.False;
}

/// <summary>Several conditions, any or all of which must hold.</summary>
internal sealed class LogicNode(SqlNode[] parts, bool isAny) : SqlNode
{
    public override SqlValue Evaluate(ReadOnlySpan<byte> block, scoped ReadOnlySpan<PropertySlice> slices)
    {
        bool isUnknown = false;
        foreach (SqlNode part in parts)
        {
            SqlValue value = part.Evaluate(block, slices);
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
    public override SqlValue Evaluate(ReadOnlySpan<byte> block, scoped ReadOnlySpan<PropertySlice> slices)
    {
        SqlValue value = inner.Evaluate(block, slices);
        return value.IsNull ? SqlValue.Null : SqlValue.Of(value.IsFalse);
    }
}

/// <summary>
/// Whether two values are the same: not known when only the left one is missing, false when only the right one is.
/// </summary>
internal sealed class EqualNode(SqlNode left, SqlNode right) : SqlNode
{
    public override SqlValue Evaluate(ReadOnlySpan<byte> block, scoped ReadOnlySpan<PropertySlice> slices)
    {
        SqlValue one = left.Evaluate(block, slices);
        SqlValue other = right.Evaluate(block, slices);
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
    public override SqlValue Evaluate(ReadOnlySpan<byte> block, scoped ReadOnlySpan<PropertySlice> slices)
    {
        SqlValue one = left.Evaluate(block, slices);
        SqlValue other = right.Evaluate(block, slices);
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
    public override SqlValue Evaluate(ReadOnlySpan<byte> block, scoped ReadOnlySpan<PropertySlice> slices) =>
        SqlValue.Of(inner.Evaluate(block, slices).IsNull != isNegated);
}

/// <summary>Whether a property is one of several texts; not known when it is missing.</summary>
internal sealed class InNode(SqlNode property, byte[][] texts, bool isNegated) : SqlNode
{
    public override SqlValue Evaluate(ReadOnlySpan<byte> block, scoped ReadOnlySpan<PropertySlice> slices)
    {
        SqlValue value = property.Evaluate(block, slices);
        if (value.IsNull)
            return SqlValue.Null;

        foreach (byte[] text in texts)
        {
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
    public override SqlValue Evaluate(ReadOnlySpan<byte> block, scoped ReadOnlySpan<PropertySlice> slices)
    {
        SqlValue value = property.Evaluate(block, slices);
        if (value.IsNull || text.Length == 0)
            return SqlValue.False;

        bool isFound = place switch
        {
            SqlPlace.Start => value.Text.StartsWith(text),
            SqlPlace.End => value.Text.EndsWith(text),
            _ => value.Text.IndexOf(text) >= 0,
        };
        return SqlValue.Of(isFound != isNegated);
    }
}

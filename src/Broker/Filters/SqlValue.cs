using System.Buffers.Text;
using System.Text;

namespace OrleansMq.Broker.Filters;

/// <summary>What kind of value an expression has.</summary>
internal enum SqlKind
{
    /// <summary>Not known: the property is missing, or what it is compared with.</summary>
    Null,

    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>A 64-bit number.</summary>
    Integer,

    /// <summary>A double.</summary>
    Decimal,

    /// <summary>UTF-8; the value of every property.</summary>
    Text,
}

/// <summary>A value while an expression is evaluated.</summary>
internal readonly ref struct SqlValue
{
    private SqlValue(SqlKind kind, long integer, double number, ReadOnlySpan<byte> text)
    {
        Kind = kind;
        Integer = integer;
        Decimal = number;
        Text = text;
    }

    public static SqlValue Null => default;

    public static SqlValue True => Of(true);

    public static SqlValue False => Of(false);

    public SqlKind Kind { get; }

    public long Integer { get; }

    public double Decimal { get; }

    public ReadOnlySpan<byte> Text { get; }

    public bool IsNull => Kind == SqlKind.Null;

    public bool IsTrue => Kind == SqlKind.Boolean && Integer != 0;

    public bool IsFalse => Kind == SqlKind.Boolean && Integer == 0;

    private bool IsNumber => Kind is SqlKind.Integer or SqlKind.Decimal;

    private double AsDouble => Kind == SqlKind.Integer ? Integer : Decimal;

    public static SqlValue Of(bool value) => new(SqlKind.Boolean, value ? 1 : 0, 0, default);

    public static SqlValue Of(long value) => new(SqlKind.Integer, value, 0, default);

    public static SqlValue Of(double value) => new(SqlKind.Decimal, 0, value, default);

    public static SqlValue Of(ReadOnlySpan<byte> text) => new(SqlKind.Text, 0, 0, text);

    /// <summary>Whether two values are the same; what cannot be compared is not.</summary>
    public static bool AreEqual(SqlValue left, SqlValue right)
    {
        if (left.Kind == SqlKind.Text && right.Kind == SqlKind.Text)
            return left.Text.SequenceEqual(right.Text);
        if (left.Kind == SqlKind.Boolean || right.Kind == SqlKind.Boolean)
            return left.TryAsBoolean(out bool one) && right.TryAsBoolean(out bool other) && one == other;
        return TryCompare(left, right, out int order) && order == 0;
    }

    /// <summary>Compares two values as numbers; false when one of them is none.</summary>
    public static bool TryCompare(SqlValue left, SqlValue right, out int order)
    {
        order = 0;
        if (!left.TryAsNumber(out SqlValue one) || !right.TryAsNumber(out SqlValue other))
            return false;

        order = one.Kind == SqlKind.Integer && other.Kind == SqlKind.Integer
            ? one.Integer.CompareTo(other.Integer)
            : one.AsDouble.CompareTo(other.AsDouble);
        return true;
    }

    private bool TryAsNumber(out SqlValue number)
    {
        number = this;
        if (IsNumber)
            return true;
        if (Kind != SqlKind.Text)
            return false;

        if (Utf8Parser.TryParse(Text, out long integer, out int used) && used == Text.Length)
        {
            number = Of(integer);
            return true;
        }

        number = Utf8Parser.TryParse(Text, out double value, out used) && used == Text.Length ? Of(value) : Null;
        return !number.IsNull && !double.IsNaN(value);
    }

    /// <summary>A text counts as true when it says so, in letters of any case, else as false.</summary>
    private bool TryAsBoolean(out bool value)
    {
        value = Kind == SqlKind.Text ? Ascii.EqualsIgnoreCase(Text, "true"u8) : IsTrue;
        return Kind is SqlKind.Text or SqlKind.Boolean;
    }
}

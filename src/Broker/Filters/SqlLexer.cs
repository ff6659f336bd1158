using System.Text;

namespace OrleansMq.Broker.Filters;

/// <summary>What stands at a place of an expression.</summary>
internal enum SqlTokenKind
{
    End,
    Name,
    Keyword,
    Number,
    Text,
    Symbol,
}

/// <summary>A piece of an expression.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Value">A keyword in capitals, a text without its quotes, else as written.</param>
/// <param name="At">Where it begins, in characters from 1.</param>
internal readonly record struct SqlToken(SqlTokenKind Kind, string Value, int At)
{
    public override string ToString() => Kind == SqlTokenKind.End ? "its end" : $"'{Value}' at {At}";
}

/// <summary>An expression that cannot be read; the message is for its author.</summary>
internal sealed class SqlSyntaxException(string problem) : Exception(problem);

/// <summary>Cuts an expression into pieces; blanks and comments are passed over.</summary>
internal sealed class SqlLexer(string text)
{
    private static readonly HashSet<string> Keywords = new(StringComparer.Ordinal)
    {
        "AND", "OR", "NOT", "BETWEEN", "IN", "IS", "NULL", "TRUE", "FALSE", "CONTAINS", "STARTSWITH", "ENDSWITH",
        "LIKE",
    };

    private int _at;

    /// <summary>The next piece.</summary>
    /// <exception cref="SqlSyntaxException">There is none.</exception>
    public SqlToken Next()
    {
        SkipBlanks();
        if (_at >= text.Length)
            return new SqlToken(SqlTokenKind.End, "", _at + 1);

        char first = text[_at];
        if (first == '\'')
            return Text();
        if (char.IsAsciiDigit(first) || (first == '.' && _at + 1 < text.Length && char.IsAsciiDigit(text[_at + 1])))
            return Number();
        return IsNameStart(first) ? Name() : Symbol();
    }

    private static bool IsNameStart(char unit) => char.IsLetter(unit) || unit is '_' or '$';

    private static bool IsNamePart(char unit) => IsNameStart(unit) || char.IsDigit(unit) || unit == '.';

    private void SkipBlanks()
    {
        while (_at < text.Length)
        {
            if (char.IsWhiteSpace(text[_at]))
                _at++;
            else if (string.CompareOrdinal(text, _at, "--", 0, 2) == 0)
                _at = IndexBehind("\n", _at);
            else if (string.CompareOrdinal(text, _at, "/*", 0, 2) == 0)
                _at = IndexBehind("*/", _at + 2);
            else
                return;
        }
    }

    private int IndexBehind(string what, int from)
    {
        int found = text.IndexOf(what, from, StringComparison.Ordinal);
        return found < 0 ? text.Length : found + what.Length;
    }

    private SqlToken Text()
    {
        int start = _at++;
        var value = new StringBuilder();
        while (_at < text.Length)
        {
            char unit = text[_at++];
            if (unit != '\'')
                value.Append(unit);
            else if (_at < text.Length && text[_at] == '\'')
                value.Append(text[_at++]);
            else
                return new SqlToken(SqlTokenKind.Text, value.ToString(), start + 1);
        }

        throw new SqlSyntaxException($"The text that begins at {start + 1} has no closing quote.");
    }

    private SqlToken Number()
    {
        int start = _at;
        while (_at < text.Length && IsNumberPart())
            _at++;
        if (_at < text.Length && text[_at] is 'l' or 'L')
            return new SqlToken(SqlTokenKind.Number, text[start.._at++], start + 1);
        return new SqlToken(SqlTokenKind.Number, text[start.._at], start + 1);
    }

    private bool IsNumberPart() => char.IsAsciiDigit(text[_at]) || text[_at] is '.' or 'e' or 'E'
        || (text[_at] is '+' or '-' && text[_at - 1] is 'e' or 'E');

    private SqlToken Name()
    {
        int start = _at;
        while (_at < text.Length && IsNamePart(text[_at]))
            _at++;
        string name = text[start.._at];
        string upper = name.ToUpperInvariant();
        return Keywords.Contains(upper)
            ? new SqlToken(SqlTokenKind.Keyword, upper, start + 1)
            : new SqlToken(SqlTokenKind.Name, name, start + 1);
    }

    private SqlToken Symbol()
    {
        string two = _at + 1 < text.Length ? text.Substring(_at, 2) : "";
        string symbol = two is "<>" or "<=" or ">=" ? two : text[_at].ToString();
        if (symbol is not ("<>" or "<=" or ">=" or "<" or ">" or "=" or "(" or ")" or "," or "+" or "-"))
        {
            throw new SqlSyntaxException(
                $"'{symbol}' at {_at + 1} means nothing; conditions are made with =, <>, <, <=, >, >=, AND, OR, NOT.");
        }

        _at += symbol.Length;
        return new SqlToken(SqlTokenKind.Symbol, symbol, _at - symbol.Length + 1);
    }
}

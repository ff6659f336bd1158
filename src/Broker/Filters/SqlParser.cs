using System.Globalization;
using System.Text;

namespace OrleansMq.Broker.Filters;

/// <summary>
/// Reads a condition: OR of ANDs of comparisons, each perhaps negated. RocketMQ: <c>SelectorParser</c>, where NOT
/// binds closer than a comparison, so that <c>NOT a = 5</c> never holds.
/// </summary>
internal sealed class SqlParser
{
    private readonly SqlLexer _lexer;
    private readonly SqlFilterLimits _limits;
    private readonly List<string> _names = [];
    private SqlToken _token;
    private int _depth;
    private int _parts;

    public SqlParser(string text, SqlFilterLimits limits)
    {
        _lexer = new SqlLexer(text);
        _limits = limits;
        _token = _lexer.Next();
    }

    /// <summary>The properties that the expression names, each once; nodes know them by their place here.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <exception cref="SqlSyntaxException">The text is no condition.</exception>
    public SqlNode Parse()
    {
        SqlNode condition = Condition(Or());
        return _token.Kind == SqlTokenKind.End
            ? condition
            : throw new SqlSyntaxException($"AND, OR or the end of the condition is expected, not {_token}.");
    }

    private SqlNode Or() => Chain("OR", And, isAny: true);

    private SqlNode And() => Chain("AND", Not, isAny: false);

    private SqlNode Chain(string keyword, Func<SqlNode> next, bool isAny)
    {
        SqlNode first = next();
        if (!IsKeyword(keyword))
            return first;

        var parts = new List<SqlNode> { Condition(first) };
        while (TryTakeKeyword(keyword))
            parts.Add(Condition(next()));
        return Count(new LogicNode([.. parts], isAny));
    }

    private SqlNode Not()
    {
        Enter();
        SqlNode node = TryTakeKeyword("NOT") ? Count(new NotNode(Condition(Not()))) : Equality();
        _depth--;
        return node;
    }

    private SqlNode Equality()
    {
        SqlNode left = Comparison();
        while (true)
        {
            if (TryTakeSymbol("="))
                left = Count(new EqualNode(Comparable(left), Comparable(Comparison())));
            else if (TryTakeSymbol("<>"))
                left = Count(new NotNode(new EqualNode(Comparable(left), Comparable(Comparison()))));
            else if (TryTakeKeyword("IS"))
                left = Count(new NullNode(left, IsNegatedNull()));
            else
                return left;
        }
    }

    private bool IsNegatedNull()
    {
        bool isNegated = TryTakeKeyword("NOT");
        TakeKeyword("NULL", isNegated ? "IS NOT" : "IS");
        return isNegated;
    }

    private SqlNode Comparison()
    {
        SqlNode left = Unary();
        while (true)
        {
            if (OrderOf(_token) is { } order)
            {
                Advance();
                left = Count(new OrderNode(Orderable(left), Orderable(Unary()), order));
            }
            else if (TryTakeKeyword("NOT"))
            {
                left = Special(left, isNegated: true)
                    ?? throw new SqlSyntaxException(
                        $"BETWEEN, IN, CONTAINS, STARTSWITH or ENDSWITH is expected behind NOT, not {_token}.");
            }
            else if (Special(left, isNegated: false) is { } special)
            {
                left = special;
            }
            else
            {
                return left;
            }
        }
    }

    private SqlNode? Special(SqlNode left, bool isNegated)
    {
        if (TryTakeKeyword("BETWEEN"))
            return Between(left, isNegated);
        if (TryTakeKeyword("IN"))
            return In(left, isNegated);
        if (TryTakeKeyword("CONTAINS"))
            return Search(left, SqlPlace.Anywhere, isNegated);
        if (TryTakeKeyword("STARTSWITH"))
            return Search(left, SqlPlace.Start, isNegated);
        if (TryTakeKeyword("ENDSWITH"))
            return Search(left, SqlPlace.End, isNegated);
        if (IsKeyword("LIKE"))
            throw new SqlSyntaxException($"There is no LIKE ({_token}); use CONTAINS, STARTSWITH or ENDSWITH.");
        return null;
    }

    private SqlNode Between(SqlNode value, bool isNegated)
    {
        SqlNode low = Orderable(Unary());
        TakeKeyword("AND", "BETWEEN and its first value");
        SqlNode high = Orderable(Unary());
        if (low is NumberNode from && high is NumberNode to
            && SqlValue.TryCompare(from.Value, to.Value, out int order) && order > 0)
        {
            throw new SqlSyntaxException("BETWEEN has the larger number first; write the smaller one first.");
        }

        Orderable(value);
        SqlNode[] parts = isNegated
            ? [new OrderNode(value, low, SqlOrder.Less), new OrderNode(value, high, SqlOrder.Greater)]
            : [new OrderNode(value, low, SqlOrder.GreaterOrEqual), new OrderNode(value, high, SqlOrder.LessOrEqual)];
        return Count(new LogicNode(parts, isAny: isNegated));
    }

    private SqlNode In(SqlNode value, bool isNegated)
    {
        if (value is not PropertyNode)
            throw new SqlSyntaxException($"IN follows a property, which is not what stands before {_token}.");

        TakeSymbol("(", "IN");
        var texts = new List<byte[]>();
        do
        {
            texts.Add(TakeText("IN lists"));
            Count(value);
        }
        while (TryTakeSymbol(","));
        TakeSymbol(")", "the list of IN");
        return Count(new InNode(value, [.. texts], isNegated));
    }

    private SqlNode Search(SqlNode value, SqlPlace place, bool isNegated) => value is PropertyNode
        ? Count(new SearchNode(value, TakeText("CONTAINS, STARTSWITH and ENDSWITH look for"), place, isNegated))
        : throw new SqlSyntaxException($"A property is expected before the operator at {_token}.");

    private SqlNode Unary()
    {
        Enter();
        SqlNode node;
        if (TryTakeSymbol("-"))
            node = Number(Unary()).Negate();
        else if (TryTakeSymbol("+"))
            node = Number(Unary());
        else
            node = Primary();
        _depth--;
        return node;
    }

    private SqlNode Primary()
    {
        SqlToken token = _token;
        Advance();
        switch (token.Kind)
        {
            case SqlTokenKind.Name:
                return Count(Property(token.Value));
            case SqlTokenKind.Number:
                return Count(Number(token));
            case SqlTokenKind.Text:
                return Count(new TextNode(Encoding.UTF8.GetBytes(token.Value)));
            case SqlTokenKind.Keyword when token.Value is "TRUE" or "FALSE":
                return Count(new LiteralNode(token.Value == "TRUE"));
            case SqlTokenKind.Keyword when token.Value == "NULL":
                return Count(new LiteralNode(null));
            case SqlTokenKind.Symbol when token.Value == "(":
                SqlNode inner = Or();
                TakeSymbol(")", $"the condition that the bracket at {token.At} opens");
                return inner;
            default:
                throw new SqlSyntaxException($"A property or a value is expected where {token} stands.");
        }
    }

    private PropertyNode Property(string name)
    {
        int index = _names.IndexOf(name);
        if (index < 0)
        {
            index = _names.Count;
            _names.Add(name);
        }

        return _names.Count <= _limits.MaxProperties
            ? new PropertyNode(index)
            : throw new SqlSyntaxException($"The condition names more than {_limits.MaxProperties} properties.");
    }

    private static NumberNode Number(SqlToken token)
    {
        if (long.TryParse(token.Value, NumberStyles.None, CultureInfo.InvariantCulture, out long integer))
            return new NumberNode(integer, 0, isInteger: true);
        return double.TryParse(token.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            && double.IsFinite(number)
            ? new NumberNode(0, number, isInteger: false)
            : throw new SqlSyntaxException($"{token} is no number.");
    }

    private static NumberNode Number(SqlNode node) => node as NumberNode
        ?? throw new SqlSyntaxException("A sign stands before something that is not a number; there is no arithmetic.");

    private static SqlNode Condition(SqlNode node) => node.IsCondition ? node
        : node is PropertyNode ? new CastNode(node)
        : throw new SqlSyntaxException("A number or a text is no condition; compare it with a property.");

    private static SqlNode Comparable(SqlNode node) => node is LiteralNode { IsNull: true }
        ? throw new SqlSyntaxException("NULL cannot be compared with = or <>; write IS NULL or IS NOT NULL.")
        : node;

    private static SqlNode Orderable(SqlNode node) => node is PropertyNode or NumberNode
        ? node
        : throw new SqlSyntaxException("Only properties and numbers are compared with <, <=, >, >= and BETWEEN.");

    private static SqlOrder? OrderOf(SqlToken token) => token is not { Kind: SqlTokenKind.Symbol } ? null
        : token.Value switch
        {
            "<" => SqlOrder.Less,
            "<=" => SqlOrder.LessOrEqual,
            ">" => SqlOrder.Greater,
            ">=" => SqlOrder.GreaterOrEqual,
            _ => null,
        };

    private SqlNode Count(SqlNode node) => ++_parts <= _limits.MaxParts
        ? node
        : throw new SqlSyntaxException($"The condition has more than {_limits.MaxParts} parts; make it shorter.");

    private void Enter()
    {
        if (++_depth > _limits.MaxDepth)
            throw new SqlSyntaxException($"The condition is nested deeper than {_limits.MaxDepth} levels; flatten it.");
    }

    private void Advance() => _token = _lexer.Next();

    private bool IsKeyword(string keyword) => _token.Kind == SqlTokenKind.Keyword && _token.Value == keyword;

    private bool TryTakeKeyword(string keyword)
    {
        bool isThere = IsKeyword(keyword);
        if (isThere)
            Advance();
        return isThere;
    }

    private bool TryTakeSymbol(string symbol)
    {
        bool isThere = _token.Kind == SqlTokenKind.Symbol && _token.Value == symbol;
        if (isThere)
            Advance();
        return isThere;
    }

    private void TakeKeyword(string keyword, string behind)
    {
        if (!TryTakeKeyword(keyword))
            throw new SqlSyntaxException($"{keyword} is expected behind {behind}, not {_token}.");
    }

    private void TakeSymbol(string symbol, string behind)
    {
        if (!TryTakeSymbol(symbol))
            throw new SqlSyntaxException($"'{symbol}' is expected behind {behind}, not {_token}.");
    }

    private byte[] TakeText(string who)
    {
        if (_token.Kind != SqlTokenKind.Text)
            throw new SqlSyntaxException($"{who} texts in single quotes, not {_token}.");

        byte[] text = Encoding.UTF8.GetBytes(_token.Value);
        Advance();
        return text;
    }
}

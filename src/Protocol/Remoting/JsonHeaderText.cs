using System.Runtime.CompilerServices;
using System.Text;

namespace OrleansMq.Protocol.Remoting;

/// <summary>
/// A cursor over JSON text that hands out slices of it. Knows the grammar, not the meaning. All operations but
/// <see cref="Slice"/> return false where the text breaks the grammar; the cursor is of no use then. Control characters
/// within strings are let through, as RocketMQ's own parser does.
/// </summary>
internal ref struct JsonHeaderText(Span<byte> text, int maxDepth)
{
    private const int ScalarScanBytes = 16;
    private const byte Quote = (byte)'"';
    private const byte Escape = (byte)'\\';

    private readonly Span<byte> _text = text;
    private readonly int _maxDepth = maxDepth;
    private int _at;

    /// <summary>Whether reading stopped because values nest too deeply.</summary>
    public bool IsTooDeep { get; private set; }

    /// <summary>The whole text, with the escapes undone in the part behind the cursor.</summary>
    public readonly ReadOnlySpan<byte> All => _text;

    /// <summary>Whether all is read.</summary>
    public readonly bool IsAtEnd => _at == _text.Length;

    /// <summary>A piece of the text.</summary>
    public readonly ReadOnlySpan<byte> Slice(int at, int length) => _text.Slice(at, length);

    /// <summary>Goes to the next byte that is no white space.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void SkipSpace()
    {
        // Clients write no white space into their headers.
        if ((uint)_at < (uint)_text.Length && _text[_at] <= ' ')
            SkipRareSpace();
    }

    /// <summary>Goes past a byte if it is the next one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Take(byte expected)
    {
        if ((uint)_at >= (uint)_text.Length || _text[_at] != expected)
            return false;

        _at++;
        return true;
    }

    /// <summary>Goes to the value of the next member of an object, or past the object's end.</summary>
    public bool NextMember(bool isFirst, out bool isEnd, out int nameAt, out int nameLength)
    {
        nameAt = nameLength = 0;
        SkipSpace();
        isEnd = Take((byte)'}');
        if (isEnd)
            return true;
        if (!isFirst)
        {
            if (!Take((byte)','))
                return false;
            SkipSpace();
        }

        if (!ReadString(out nameAt, out nameLength))
            return false;

        SkipSpace();
        if (!Take((byte)':'))
            return false;

        SkipSpace();
        return true;
    }

    /// <summary>Reads a value that is no object or array; skips one that is.</summary>
    public bool ReadPlain(out JsonValueKind kind, out int at, out int length)
    {
        at = _at;
        length = 0;
        kind = JsonValueKind.Nested;
        if ((uint)_at >= (uint)_text.Length)
            return false;

        switch (_text[_at])
        {
            case Quote:
                kind = JsonValueKind.Text;
                return ReadString(out at, out length);
            case (byte)'{' or (byte)'[':
                return SkipNested(1);
            case (byte)'t':
                kind = JsonValueKind.Boolean;
                return ReadLiteral("true"u8, out length);
            case (byte)'f':
                kind = JsonValueKind.Boolean;
                return ReadLiteral("false"u8, out length);
            case (byte)'n':
                kind = JsonValueKind.Null;
                return ReadLiteral("null"u8, out length);
            default:
                kind = JsonValueKind.Number;
                return ReadNumber(out length);
        }
    }

    /// <summary>Skips a value of any kind.</summary>
    public bool SkipValue() => ReadPlain(out _, out _, out _);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void SkipRareSpace()
    {
        while ((uint)_at < (uint)_text.Length
            && _text[_at] is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r')
            _at++;
    }

    private bool SkipNested(int depth)
    {
        if (depth > _maxDepth)
        {
            IsTooDeep = true;
            return false;
        }

        bool isObject = _text[_at++] == '{';
        for (bool isFirst = true; ; isFirst = false)
        {
            bool isEnd;
            if (!(isObject ? NextMember(isFirst, out isEnd, out _, out _) : NextElement(isFirst, out isEnd)))
                return false;
            if (isEnd)
                return true;

            bool isNested = (uint)_at < (uint)_text.Length && _text[_at] is (byte)'{' or (byte)'[';
            if (!(isNested ? SkipNested(depth + 1) : SkipValue()))
                return false;
        }
    }

    private bool NextElement(bool isFirst, out bool isEnd)
    {
        SkipSpace();
        isEnd = Take((byte)']');
        if (isEnd || isFirst)
            return true;
        if (!Take((byte)','))
            return false;

        SkipSpace();
        return true;
    }

    private bool ReadLiteral(ReadOnlySpan<byte> literal, out int length)
    {
        length = literal.Length;
        if (!_text[_at..].StartsWith(literal))
            return false;

        _at += length;
        return true;
    }

    private bool ReadNumber(out int length)
    {
        int start = _at;
        Take((byte)'-');
        bool isValid = SkipDigits();
        if (isValid && Take((byte)'.'))
            isValid = SkipDigits();
        if (isValid && (Take((byte)'e') || Take((byte)'E')))
        {
            if (!Take((byte)'+'))
                Take((byte)'-');
            isValid = SkipDigits();
        }

        length = _at - start;
        return isValid;
    }

    private bool SkipDigits()
    {
        int start = _at;
        while ((uint)_at < (uint)_text.Length && char.IsAsciiDigit((char)_text[_at]))
            _at++;
        return _at > start;
    }

    private bool ReadString(out int at, out int length)
    {
        at = _at + 1;
        length = 0;
        if (!Take(Quote))
            return false;

        ReadOnlySpan<byte> rest = _text[at..];
        length = FindQuoteOrEscape(rest);
        if (length < 0)
            return false;

        _at = at + length + 1;
        return rest[length] == Quote || Unescape(at + length, at, out length);
    }

    private static int FindQuoteOrEscape(ReadOnlySpan<byte> text)
    {
        // Most names and values are short: a plain loop beats the start of a vectorised one.
        int scalarEnd = Math.Min(ScalarScanBytes, text.Length);
        for (int at = 0; at < scalarEnd; at++)
        {
            if (text[at] is Quote or Escape)
                return at;
        }

        int found = text[scalarEnd..].IndexOfAny(Quote, Escape);
        return found < 0 ? -1 : scalarEnd + found;
    }

    private bool Unescape(int escapeAt, int start, out int length)
    {
        length = 0;
        int to = escapeAt;
        _at = escapeAt;
        while (true)
        {
            // The cursor stands on an escape or on the closing quote.
            if (Take(Quote))
            {
                length = to - start;
                return true;
            }

            _at++;
            if (!UnescapeOne(ref to))
                return false;

            int plain = FindQuoteOrEscape(_text[_at..]);
            if (plain < 0)
                return false;

            _text.Slice(_at, plain).CopyTo(_text[to..]);
            to += plain;
            _at += plain;
        }
    }

    private bool UnescapeOne(ref int to)
    {
        if ((uint)_at >= (uint)_text.Length)
            return false;

        byte plain;
        switch (_text[_at++])
        {
            case (byte)'u':
                return UnescapeUnicode(ref to);
            case (byte)'n':
                plain = (byte)'\n';
                break;
            case (byte)'t':
                plain = (byte)'\t';
                break;
            case (byte)'r':
                plain = (byte)'\r';
                break;
            case (byte)'b':
                plain = (byte)'\b';
                break;
            case (byte)'f':
                plain = (byte)'\f';
                break;
            case (byte)'"' or (byte)'\\' or (byte)'/':
                plain = _text[_at - 1];
                break;
            default:
                return false;
        }

        _text[to++] = plain;
        return true;
    }

    private bool UnescapeUnicode(ref int to)
    {
        if (!TryReadHex(_at, out int unit))
            return false;

        _at += 4;
        if (unit < 0x80)
        {
            _text[to++] = (byte)unit;
            return true;
        }

        // Half of a surrogate pair alone has no UTF-8; it becomes U+FFFD.
        if (!Rune.TryCreate((char)unit, out Rune rune) && !TryReadLowSurrogate(unit, out rune))
            rune = Rune.ReplacementChar;
        to += rune.EncodeToUtf8(_text[to..]);
        return true;
    }

    private bool TryReadLowSurrogate(int high, out Rune rune)
    {
        rune = default;
        if (_text.Length - _at < 6 || _text[_at] != Escape || _text[_at + 1] != 'u' || !TryReadHex(_at + 2, out int low)
            || !Rune.TryCreate((char)high, (char)low, out rune))
            return false;

        _at += 6;
        return true;
    }

    private readonly bool TryReadHex(int at, out int value)
    {
        value = 0;
        if (_text.Length - at < 4)
            return false;

        for (int index = at; index < at + 4; index++)
        {
            int digit = _text[index] switch
            {
                >= (byte)'0' and <= (byte)'9' => _text[index] - '0',
                >= (byte)'a' and <= (byte)'f' => _text[index] - 'a' + 10,
                >= (byte)'A' and <= (byte)'F' => _text[index] - 'A' + 10,
                _ => -1,
            };
            if (digit < 0)
                return false;
            value = (value << 4) | digit;
        }

        return true;
    }
}

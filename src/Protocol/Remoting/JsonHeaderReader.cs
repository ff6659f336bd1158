using System.Buffers.Text;
using OrleansMq.Protocol.Codes;

namespace OrleansMq.Protocol.Remoting;

/// <summary>
/// Reads a JSON header in one pass over the reader's own copy of it. Escapes are undone where they stand, for the
/// result is never longer. After a defect that leaves the structure intact it goes on to the end, so that the opaque
/// number is found wherever it stands.
/// </summary>
internal ref struct JsonHeaderReader
{
    private readonly FieldTable? _fields;
    private readonly int _maxFields;
    private JsonHeaderText _text;
    private CommandDefect _defect;
    private int _fieldsSeen;

    private JsonHeaderReader(Span<byte> header, FieldTable? fields, CommandReaderOptions options)
    {
        _text = new JsonHeaderText(header, options.MaxDepth);
        _fields = fields;
        _maxFields = options.MaxFields;
    }

    /// <summary>Reads a header; without <paramref name="fields"/> only its fixed members.</summary>
    public static CommandDefect Read(
        Span<byte> header, FieldTable? fields, CommandReaderOptions options, ref HeaderMembers members)
    {
        var reader = new JsonHeaderReader(header, fields, options);
        if (!reader.ReadHeader(ref members))
            reader.Note(reader._text.IsTooDeep ? CommandDefect.TooDeep : CommandDefect.Json);
        else if (!members.HasCode)
            reader.Note(CommandDefect.Member);
        return reader._defect;
    }

    private void Note(CommandDefect defect)
    {
        if (_defect == CommandDefect.None)
            _defect = defect;
    }

    private bool ReadHeader(ref HeaderMembers members)
    {
        _text.SkipSpace();
        if (!_text.Take((byte)'{'))
            return false;

        for (bool isFirst = true; ; isFirst = false)
        {
            if (!_text.NextMember(isFirst, out bool isEnd, out int nameAt, out int nameLength))
                return false;
            if (isEnd)
                break;
            if (!ReadMember(_text.Slice(nameAt, nameLength), ref members))
                return false;
        }

        _text.SkipSpace();
        return _text.IsAtEnd;
    }

    private bool ReadMember(ReadOnlySpan<byte> name, ref HeaderMembers members)
    {
        switch (name.Length)
        {
            case 4 when name.SequenceEqual("code"u8):
                return ReadNumber(ref members.Code, ref members.HasCode);
            case 4 when name.SequenceEqual("flag"u8):
                return ReadNumber(ref members.Flag);
            case 6 when name.SequenceEqual("opaque"u8):
                return ReadNumber(ref members.Opaque, ref members.HasOpaque);
            case 6 when name.SequenceEqual("remark"u8):
                return ReadRemark(ref members);
            case 7 when name.SequenceEqual("version"u8):
                return ReadNumber(ref members.Version);
            case 8 when name.SequenceEqual("language"u8):
                return ReadLanguage(ref members);
            case 9 when name.SequenceEqual("extFields"u8):
                return ReadFields();
            default:
                return _text.SkipValue();
        }
    }

    private bool ReadNumber(ref int number)
    {
        bool isThere = false;
        return ReadNumber(ref number, ref isThere);
    }

    private bool ReadNumber(ref int number, ref bool isThere)
    {
        if (!_text.ReadPlain(out JsonValueKind kind, out int at, out int length))
            return false;
        if (kind == JsonValueKind.Null)
            return true;

        ReadOnlySpan<byte> digits = _text.Slice(at, length);
        if (kind is JsonValueKind.Number or JsonValueKind.Text
            && Utf8Parser.TryParse(digits, out int parsed, out int used) && used == digits.Length)
        {
            number = parsed;
            isThere = true;
        }
        else
        {
            Note(CommandDefect.Member);
        }

        return true;
    }

    private bool ReadRemark(ref HeaderMembers members)
    {
        if (!_text.ReadPlain(out JsonValueKind kind, out int at, out int length))
            return false;

        if (kind == JsonValueKind.Text)
            (members.RemarkAt, members.RemarkLength) = (at, length);
        else if (kind == JsonValueKind.Null)
            (members.RemarkAt, members.RemarkLength) = (0, 0);
        else
            Note(CommandDefect.Member);
        return true;
    }

    private bool ReadLanguage(ref HeaderMembers members)
    {
        if (!_text.ReadPlain(out JsonValueKind kind, out int at, out int length))
            return false;

        ReadOnlySpan<byte> value = _text.Slice(at, length);
        if (kind == JsonValueKind.Text)
            members.Language = LanguageNames.Parse(value);
        else if (kind == JsonValueKind.Number && Utf8Parser.TryParse(value, out int number, out int used)
            && used == length)
            members.Language = LanguageNames.FromNumber(number);
        else if (kind != JsonValueKind.Null)
            Note(CommandDefect.Member);
        return true;
    }

    private bool ReadFields()
    {
        if (!_text.Take((byte)'{'))
            return ReadNoFields();

        for (bool isFirst = true; ; isFirst = false)
        {
            if (!_text.NextMember(isFirst, out bool isEnd, out int nameAt, out int nameLength))
                return false;
            if (isEnd)
                return true;
            if (!_text.ReadPlain(out JsonValueKind kind, out int valueAt, out int valueLength))
                return false;

            if (_fieldsSeen++ >= _maxFields)
                Note(CommandDefect.TooManyFields);
            else if (kind == JsonValueKind.Nested)
                Note(CommandDefect.Member);
            else if (kind == JsonValueKind.Null)
                _fields?.Remove(_text.All, _text.Slice(nameAt, nameLength));
            else
                _fields?.Set(_text.All, nameAt, nameLength, valueAt, valueLength);
        }
    }

    private bool ReadNoFields()
    {
        if (!_text.ReadPlain(out JsonValueKind kind, out _, out _))
            return false;
        if (kind != JsonValueKind.Null)
            Note(CommandDefect.Member);
        return true;
    }
}

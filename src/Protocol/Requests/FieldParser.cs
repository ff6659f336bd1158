using System.Buffers.Text;
using System.Text;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Protocol.Requests;

/// <summary>
/// Reads the ext fields of a request by kind. The first field that is missing or wrong sets <see cref="Problem"/>; what
/// is read after it counts for nothing. Allocates only when there is a problem.
/// </summary>
public ref struct FieldParser(CommandReader command)
{
    private const int LongestQuoteBytes = 64;

    private readonly CommandReader _command = command;

    /// <summary>What is wrong with the request, for its sender; null if nothing is.</summary>
    public string? Problem { get; private set; }

    /// <summary>A text that must be there, and not empty unless it may be. A slice of the reader's memory.</summary>
    public ReadOnlySpan<byte> RequiredText(scoped ReadOnlySpan<byte> name, bool mayBeEmpty = false)
    {
        if (!_command.TryGetField(name, out ReadOnlySpan<byte> value))
            Missing(name);
        else if (value.IsEmpty && !mayBeEmpty)
            Wrong(name, value, "a text that is not empty");
        return value;
    }

    /// <summary>A text that may be missing, which reads as an empty one. A slice of the reader's memory.</summary>
    public readonly ReadOnlySpan<byte> OptionalText(scoped ReadOnlySpan<byte> name)
    {
        _command.TryGetField(name, out ReadOnlySpan<byte> value);
        return value;
    }

    /// <summary>A copy of a text that must be there and, unless it may be, is not empty.</summary>
    public string RequiredString(scoped ReadOnlySpan<byte> name, bool mayBeEmpty = false) =>
        Encoding.UTF8.GetString(RequiredText(name, mayBeEmpty));

    /// <summary>A copy of a text; null if it is missing or empty.</summary>
    public readonly string? OptionalString(scoped ReadOnlySpan<byte> name)
    {
        ReadOnlySpan<byte> value = OptionalText(name);
        return value.IsEmpty ? null : Encoding.UTF8.GetString(value);
    }

    /// <summary>A 32-bit number that must be there.</summary>
    public int RequiredInt32(scoped ReadOnlySpan<byte> name)
    {
        if (_command.TryGetField(name, out ReadOnlySpan<byte> value))
            return ToInt32(name, value);

        Missing(name);
        return 0;
    }

    /// <summary>A 32-bit number; missing or empty, it is <paramref name="whenMissing"/>.</summary>
    public int OptionalInt32(scoped ReadOnlySpan<byte> name, int whenMissing) =>
        _command.TryGetField(name, out ReadOnlySpan<byte> value) && !value.IsEmpty
            ? ToInt32(name, value)
            : whenMissing;

    /// <summary>A 64-bit number that must be there.</summary>
    public long RequiredInt64(scoped ReadOnlySpan<byte> name)
    {
        if (_command.TryGetField(name, out ReadOnlySpan<byte> value))
            return ToInt64(name, value);

        Missing(name);
        return 0;
    }

    /// <summary>A 64-bit number; missing or empty, it is <paramref name="whenMissing"/>.</summary>
    public long OptionalInt64(scoped ReadOnlySpan<byte> name, long whenMissing) =>
        _command.TryGetField(name, out ReadOnlySpan<byte> value) && !value.IsEmpty
            ? ToInt64(name, value)
            : whenMissing;

    /// <summary>true or false, which must be there.</summary>
    public bool RequiredBoolean(scoped ReadOnlySpan<byte> name)
    {
        if (_command.TryGetField(name, out ReadOnlySpan<byte> value))
            return ToBoolean(name, value);

        Missing(name);
        return false;
    }

    /// <summary>true or false in letters of any case, or 1 or 0; missing or empty, it is the default given.</summary>
    public bool OptionalBoolean(scoped ReadOnlySpan<byte> name, bool whenMissing = false) =>
        _command.TryGetField(name, out ReadOnlySpan<byte> value) && !value.IsEmpty
            ? ToBoolean(name, value)
            : whenMissing;

    private int ToInt32(scoped ReadOnlySpan<byte> name, scoped ReadOnlySpan<byte> value)
    {
        if (Utf8Parser.TryParse(value, out int number, out int used) && used == value.Length)
            return number;

        Wrong(name, value, "a 32-bit number");
        return 0;
    }

    private long ToInt64(scoped ReadOnlySpan<byte> name, scoped ReadOnlySpan<byte> value)
    {
        if (Utf8Parser.TryParse(value, out long number, out int used) && used == value.Length)
            return number;

        Wrong(name, value, "a 64-bit number");
        return 0;
    }

    private bool ToBoolean(scoped ReadOnlySpan<byte> name, scoped ReadOnlySpan<byte> value)
    {
        // C++ clients write booleans as 1 and 0.
        if (value.SequenceEqual("true"u8) || value.SequenceEqual("1"u8))
            return true;
        if (value.SequenceEqual("false"u8) || value.SequenceEqual("0"u8))
            return false;
        if (Ascii.EqualsIgnoreCase(value, "true"u8))
            return true;
        if (!Ascii.EqualsIgnoreCase(value, "false"u8))
            Wrong(name, value, "'true' or 'false'");
        return false;
    }

    private void Missing(scoped ReadOnlySpan<byte> name) => Problem ??=
        $"The field '{Encoding.UTF8.GetString(name)}' is missing; {RequestCodeNames.Of(_command.Code)} needs it.";

    private void Wrong(scoped ReadOnlySpan<byte> name, scoped ReadOnlySpan<byte> value, string expected)
    {
        if (Problem is not null)
            return;

        string quote = value.Length <= LongestQuoteBytes
            ? Encoding.UTF8.GetString(value)
            : Encoding.UTF8.GetString(value[..LongestQuoteBytes]) + "...";
        Problem = $"The field '{Encoding.UTF8.GetString(name)}' is '{quote}'; {expected} is expected.";
    }
}

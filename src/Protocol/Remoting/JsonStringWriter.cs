using System.Buffers;

namespace OrleansMq.Protocol.Remoting;

/// <summary>Writes JSON strings: quotes, backslashes and control characters escaped, all else as it is.</summary>
internal static class JsonStringWriter
{
    private const int LongestEscapeBytes = 6;

    private static readonly SearchValues<byte> Escaped = SearchValues.Create(
        [.. Enumerable.Range(0, ' ').Select(control => (byte)control), (byte)'"', (byte)'\\']);

    /// <summary>Writes text, which must be valid UTF-8, with its quotes.</summary>
    public static void Write(OutputBuffer output, ReadOnlySpan<byte> text)
    {
        Span<byte> to = output.GetSpan(text.Length + 2);
        to[0] = (byte)'"';
        int plain = text.IndexOfAny(Escaped);
        if (plain < 0)
        {
            text.CopyTo(to[1..]);
            to[text.Length + 1] = (byte)'"';
            output.Advance(text.Length + 2);
            return;
        }

        output.Advance(1);
        while (plain >= 0)
        {
            WriteUntilEscape(output, text[..plain], text[plain]);
            text = text[(plain + 1)..];
            plain = text.IndexOfAny(Escaped);
        }

        output.Append(text);
        output.Append("\""u8);
    }

    private static void WriteUntilEscape(OutputBuffer output, ReadOnlySpan<byte> plain, byte special)
    {
        Span<byte> to = output.GetSpan(plain.Length + LongestEscapeBytes);
        plain.CopyTo(to);
        to = to[plain.Length..];
        to[0] = (byte)'\\';
        int length = 2;
        if (special >= ' ')
        {
            to[1] = special;
        }
        else
        {
            "u00"u8.CopyTo(to[1..]);
            to[4] = (byte)('0' + (special >> 4));
            int low = special & 0xF;
            to[5] = (byte)(low < 10 ? '0' + low : 'a' + low - 10);
            length = LongestEscapeBytes;
        }

        output.Advance(plain.Length + length);
    }
}

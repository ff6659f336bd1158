using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Protocol.Bodies;

/// <summary>
/// Makes standard JSON of what fastjson writes: a key that is a bare number or word is quoted, and a key that is an
/// object becomes a string that holds this object. Text that is no JSON at all stays so; the parser behind says why.
/// </summary>
internal static class FastJsonKeys
{
    /// <summary>
    /// Writes the standard form to <paramref name="output"/>. False if there is nothing to change or the text is nested
    /// deeper than <paramref name="maxDepth"/>: the text is then to be read as it is.
    /// </summary>
    public static bool Quote(ReadOnlySpan<byte> text, int maxDepth, OutputBuffer output)
    {
        ulong objects = 0;
        int depth = 0;
        int copied = 0;
        bool isKey = false;
        for (int at = 0; at < text.Length;)
        {
            byte next = text[at];
            if (next == '"')
            {
                at = EndOfString(text, at);
                isKey = false;
            }
            else if (next <= ' ')
            {
                at++;
            }
            else if (isKey && IsBare(next))
            {
                int end = next == '{' ? EndOfObject(text, at) : EndOfWord(text, at);
                output.Append(text[copied..at]);
                JsonStringWriter.Write(output, text[at..end]);
                at = copied = end;
                isKey = false;
            }
            else
            {
                if (next is (byte)'{' or (byte)'[')
                {
                    if (++depth > Math.Min(maxDepth, 63))
                        return false;
                    objects = (objects << 1) | (next == '{' ? 1UL : 0UL);
                }
                else if (next is (byte)'}' or (byte)']')
                {
                    depth--;
                    objects >>= 1;
                }

                isKey = next is (byte)'{' or (byte)',' && (objects & 1) == 1;
                at++;
            }
        }

        if (copied == 0)
            return false;

        output.Append(text[copied..]);
        return true;
    }

    private static bool IsBare(byte next) => next is (byte)'{' or (byte)'-' or (byte)'_' or (byte)'$'
        || char.IsAsciiLetterOrDigit((char)next);

    private static int EndOfWord(ReadOnlySpan<byte> text, int at)
    {
        while (at < text.Length && text[at] > ' ' && text[at] is not ((byte)':' or (byte)',' or (byte)'}' or (byte)'"'))
            at++;
        return at;
    }

    private static int EndOfString(ReadOnlySpan<byte> text, int at)
    {
        for (at++; at < text.Length; at++)
        {
            if (text[at] == '\\')
                at++;
            else if (text[at] == '"')
                return at + 1;
        }

        return text.Length;
    }

    private static int EndOfObject(ReadOnlySpan<byte> text, int at)
    {
        int depth = 0;
        while (at < text.Length)
        {
            byte next = text[at];
            if (next == '"')
            {
                at = EndOfString(text, at);
                continue;
            }

            at++;
            if (next == '{')
                depth++;
            else if (next == '}' && --depth == 0)
                return at;
        }

        return text.Length;
    }
}

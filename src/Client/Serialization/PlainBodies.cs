using System.Buffers;
using System.Text;

namespace OrleansMq.Client.Serialization;

/// <summary>Values that need no serializer: bytes are the body as they are, text is its UTF-8.</summary>
internal static class PlainBodies
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The content type of such a value; null for all others.</summary>
    public static string? ContentTypeOf<T>()
    {
        if (typeof(T) == typeof(string))
            return ContentTypes.Text;
        return IsBytes<T>() ? ContentTypes.Bytes : null;
    }

    /// <summary>Writes such a value; returns false for all others.</summary>
    public static bool TryWrite<T>(T value, IBufferWriter<byte> output)
    {
        switch (value)
        {
            case byte[] bytes:
                output.Write(bytes);
                return true;
            case ReadOnlyMemory<byte> bytes:
                output.Write(bytes.Span);
                return true;
            case Memory<byte> bytes:
                output.Write(bytes.Span);
                return true;
            case string text:
                Utf8.GetBytes(text, output);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Reads such a value; returns false for all others.</summary>
    /// <exception cref="InvalidDataException">Text was wanted, and the body is none.</exception>
    public static bool TryRead<T>(ReadOnlyMemory<byte> body, out T value)
    {
        value = default!;
        if (ContentTypeOf<T>() is null)
            return false;

        if (typeof(T) == typeof(string))
            value = (T)(object)Text(body);
        else if (typeof(T) == typeof(ReadOnlyMemory<byte>))
            value = (T)(object)body;
        else if (typeof(T) == typeof(Memory<byte>))
            value = (T)(object)body.ToArray().AsMemory();
        else
            value = (T)(object)body.ToArray();
        return true;
    }

    private static bool IsBytes<T>() => typeof(T) == typeof(byte[]) || typeof(T) == typeof(ReadOnlyMemory<byte>)
        || typeof(T) == typeof(Memory<byte>);

    private static string Text(ReadOnlyMemory<byte> body)
    {
        try
        {
            return Utf8.GetString(body.Span);
        }
        catch (DecoderFallbackException cause)
        {
            throw new InvalidDataException("The body is no text in UTF-8.", cause);
        }
    }
}

using System.Buffers;
using System.Text;

namespace OrleansMq.Client.Sending;

/// <summary>
/// What a message must be like so that it can be sent. Said to who sends it, before others share a request with it.
/// </summary>
internal static class MessageRules
{
    private const int MaxTopicChars = 127;
    private const int MaxPropertyBytes = short.MaxValue;
    private const int MaxUtf8BytesPerChar = 3;

    /// <summary>More than the longest names, digits and separators of what is written besides the texts.</summary>
    private const int OwnBytes = 256;

    private static readonly SearchValues<char> Separators = SearchValues.Create('\u0001', '\u0002');

    private static readonly HashSet<string> OwnNames = new(StringComparer.Ordinal)
    {
        "TAGS", "KEYS", "UNIQ_KEY", "DELAY", "TIMER_DELIVER_MS", "__SHARDINGKEY",
    };

    /// <summary>Fails for messages that cannot be sent.</summary>
    /// <exception cref="ArgumentException">The message says what is wrong, and what is expected.</exception>
    public static void Check(Message message, ClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (message.Topic is not { Length: > 0 and <= MaxTopicChars })
            throw Wrong($"has the topic '{message.Topic}'; a name of 1 to {MaxTopicChars} characters is expected");
        if (message.Body.Length > options.MaxMessageBytes)
        {
            throw Wrong(
                $"has a body of {message.Body.Length} bytes; brokers take {options.MaxMessageBytes} at most (see "
                + $"{nameof(ClientOptions)}.{nameof(ClientOptions.MaxMessageBytes)})");
        }

        int chars = Chars("tag", message.Tag) + Chars("keys", message.Keys) + Chars("unique key", message.UniqueKey)
            + Chars("ordering key", message.OrderingKey) + CharsOfProperties(message);
        if (OwnBytes + (chars * MaxUtf8BytesPerChar) > MaxPropertyBytes)
            CheckBytes(message);
    }

    private static int CharsOfProperties(Message message)
    {
        if (message.Properties is not { } properties)
            return 0;

        int chars = 0;
        foreach ((string name, string value) in properties)
        {
            if (string.IsNullOrEmpty(name))
                throw Wrong("has a property without a name");
            if (OwnNames.Contains(name))
                throw Wrong($"has the property '{name}', which has a member of its own; set that one instead");
            chars += Chars("property name", name) + Chars(name, value) + 2;
        }

        return chars;
    }

    private static int Chars(string what, string? text)
    {
        if (text is null)
            return 0;
        if (text.AsSpan().ContainsAny(Separators))
            throw Wrong($"has a {what} with one of the characters 1 and 2, by which properties are told apart");
        return text.Length;
    }

    private static void CheckBytes(Message message)
    {
        int bytes = OwnBytes;
        foreach (string? text in (string?[])[message.Tag, message.Keys, message.UniqueKey, message.OrderingKey])
            bytes += text is null ? 0 : Encoding.UTF8.GetByteCount(text);
        foreach ((string name, string value) in message.Properties ?? new Dictionary<string, string>())
            bytes += Encoding.UTF8.GetByteCount(name) + Encoding.UTF8.GetByteCount(value) + 2;
        if (bytes > MaxPropertyBytes)
        {
            throw Wrong(
                $"has properties, tag and keys of {bytes - OwnBytes} bytes; at most {MaxPropertyBytes - OwnBytes} fit");
        }
    }

    private static ArgumentException Wrong(string problem) => new($"The message {problem}.");
}

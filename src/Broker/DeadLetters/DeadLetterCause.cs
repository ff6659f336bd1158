using System.Buffers.Text;
using System.Text;
using OrleansMq.Messages.Properties;

namespace OrleansMq.Broker.DeadLetters;

/// <summary>What a dead letter says about its end.</summary>
/// <param name="Reason">Why it was given up.</param>
/// <param name="Attempts">How often it was handed to its group.</param>
/// <param name="Consumer">Who had it last: a client id, or an address; empty when that is not known.</param>
/// <param name="Error">What went wrong the last time, in words; empty when that is not known.</param>
public readonly record struct DeadLetterCause(
    DeadLetterReason Reason, int Attempts, string Consumer, string Error = "")
{
    private const string AttemptsUsedUp = "ATTEMPTS_USED_UP";
    private const string ConsumerGaveUp = "CONSUMER_GAVE_UP";
    private const string Unknown = "UNKNOWN";

    /// <summary>How much of an error is kept, in characters.</summary>
    private const int MaxErrorLength = 1_000;

    /// <summary>The reason as properties and answers name it.</summary>
    public string ReasonName => Reason switch
    {
        DeadLetterReason.AttemptsUsedUp => AttemptsUsedUp,
        DeadLetterReason.ConsumerGaveUp => ConsumerGaveUp,
        _ => Unknown,
    };

    /// <summary>Reads what a dead letter says; one that says nothing has an unknown reason.</summary>
    /// <param name="properties">Its properties.</param>
    /// <param name="reconsumeTimes">How often it was tried again, which stands for the attempts if need be.</param>
    public static DeadLetterCause Read(ReadOnlySpan<byte> properties, int reconsumeTimes)
    {
        DeadLetterReason reason = Text(properties, PropertyNames.DeadLetterReason) switch
        {
            AttemptsUsedUp => DeadLetterReason.AttemptsUsedUp,
            ConsumerGaveUp => DeadLetterReason.ConsumerGaveUp,
            _ => DeadLetterReason.Unknown,
        };
        bool isSaid = PropertyBlock.TryGet(properties, PropertyNames.DeadLetterAttempts, out ReadOnlySpan<byte> text);
        int attempts = isSaid && Utf8Parser.TryParse(text, out int number, out _) ? number : reconsumeTimes;
        return new DeadLetterCause(
            reason, attempts, Text(properties, PropertyNames.DeadLetterConsumer),
            Text(properties, PropertyNames.DeadLetterError));
    }

    internal PropertyEditor WriteTo(PropertyEditor editor)
    {
        editor.Set(PropertyNames.DeadLetterReason, Encoding.ASCII.GetBytes(ReasonName))
            .Set(PropertyNames.DeadLetterAttempts, Attempts);
        Write(editor, PropertyNames.DeadLetterConsumer, Consumer);
        Write(editor, PropertyNames.DeadLetterError, ErrorLine());
        return editor;
    }

    private static void Write(PropertyEditor editor, ReadOnlySpan<byte> name, string value)
    {
        if (value.Length == 0 || value.AsSpan().ContainsAny('\u0001', '\u0002'))
            editor.Remove(name);
        else
            editor.Set(name, Encoding.UTF8.GetBytes(value));
    }

    /// <summary>One line, and short: the properties of a record have little room.</summary>
    private string ErrorLine()
    {
        ReadOnlySpan<char> text = Error.AsSpan(0, Math.Min(Error.Length, MaxErrorLength));
        return string.Create(text.Length, text, static (line, source) =>
        {
            for (int i = 0; i < line.Length; i++)
                line[i] = char.IsControl(source[i]) ? ' ' : source[i];
        });
    }

    private static string Text(ReadOnlySpan<byte> properties, ReadOnlySpan<byte> name) =>
        PropertyBlock.TryGet(properties, name, out ReadOnlySpan<byte> text) ? Encoding.UTF8.GetString(text) : "";
}

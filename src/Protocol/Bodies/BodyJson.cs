using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Protocol.Bodies;

/// <summary>Reads and writes JSON bodies. What a body may cost is bounded by the frame limit and the depth.</summary>
internal static class BodyJson
{
    /// <summary>How deep a body may nest; RocketMQ's own bodies stay below 8.</summary>
    public const int MaxDepth = 32;

    private static readonly JsonWriterOptions WriterOptions =
        new() { Encoder = BodyJsonContext.Encoder, SkipValidation = true };

    public static bool TryRead<T>(
        ReadOnlySpan<byte> body,
        JsonTypeInfo<T> type,
        BodyForm form,
        [NotNullWhen(true)] out T? value,
        [NotNullWhen(false)] out string? problem)
        where T : class
    {
        value = null;
        if (body.IsEmpty)
            problem = $"The body is empty; {typeof(T).Name} in JSON is expected.";
        else if (!Utf8.IsValid(body))
            problem = $"The body is not valid UTF-8; {typeof(T).Name} in JSON is expected.";
        else
            problem = form == BodyForm.Standard
                ? Read(body, type, out value)
                : ReadFastJson(body, type, out value);
        if (problem is not null)
            value = null;
        return problem is null && value is not null;
    }

    public static void Write<T>(IBufferWriter<byte> output, T value, JsonTypeInfo<T> type)
    {
        ArgumentNullException.ThrowIfNull(output);
        using var writer = new Utf8JsonWriter(output, WriterOptions);
        JsonSerializer.Serialize(writer, value, type);
    }

    private static string? ReadFastJson<T>(ReadOnlySpan<byte> body, JsonTypeInfo<T> type, out T? value)
        where T : class
    {
        using var standard = new OutputBuffer();
        return FastJsonKeys.Quote(body, MaxDepth, standard)
            ? Read(standard.WrittenSpan, type, out value)
            : Read(body, type, out value);
    }

    private static string? Read<T>(ReadOnlySpan<byte> body, JsonTypeInfo<T> type, out T? value)
        where T : class
    {
        value = null;
        try
        {
            value = JsonSerializer.Deserialize(body, type);
        }
        catch (JsonException exception)
        {
            return $"The body is not valid as {typeof(T).Name}: {exception.Message}";
        }

        return value is null
            ? $"The body is null; {typeof(T).Name} in JSON is expected."
            : (value as ICheckedBody)?.FindProblem();
    }
}

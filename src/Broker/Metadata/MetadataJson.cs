using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;

namespace OrleansMq.Broker.Metadata;

/// <summary>
/// Reads and writes the JSON of RocketMQ's metadata files. Readers throw <see cref="JsonException"/> with a sentence
/// that names the field; <see cref="TryRead"/> turns it into a problem.
/// </summary>
internal static class MetadataJson
{
    private static readonly JsonWriterOptions Indented =
        new() { Indented = true, IndentSize = 1, IndentCharacter = '\t' };

    /// <summary>Parses a file and hands its root to a reader.</summary>
    public static bool TryRead<T>(
        ReadOnlySpan<byte> content,
        Func<JsonElement, T> read,
        [NotNullWhen(true)] out T? state,
        [NotNullWhen(false)] out string? problem)
        where T : class
    {
        problem = null;
        state = null;
        try
        {
            using JsonDocument document = JsonDocument.Parse(UnquotedKeys.Quote(content));
            state = read(document.RootElement);
            return true;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Text that is no valid Unicode surfaces as InvalidOperationException.
            problem = $"{exception.Message} Expected JSON in the layout of RocketMQ's file of the same name.";
            return false;
        }
    }

    /// <summary>Writes a file.</summary>
    public static byte[] Write(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Indented))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        return buffer.ToArray();
    }

    /// <summary>The members of an object; none when the field is absent.</summary>
    public static IEnumerable<JsonProperty> Members(JsonElement element, string field) =>
        Find(element, field, JsonValueKind.Object) is { } found ? found.EnumerateObject() : [];

    /// <summary>The members of an object.</summary>
    public static IEnumerable<JsonProperty> Members(JsonProperty member) =>
        Require(member.Value, member.Name, JsonValueKind.Object).EnumerateObject();

    /// <summary>The members of a map of texts.</summary>
    public static Dictionary<string, string> Texts(JsonElement element, string field)
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (JsonProperty member in Members(element, field))
            texts[member.Name] = Require(member.Value, member.Name, JsonValueKind.String).GetString()!;
        return texts;
    }

    /// <summary>A text, or the default when the field is absent.</summary>
    public static string Text(JsonElement element, string field, string absent) =>
        Find(element, field, JsonValueKind.String) is { } found ? found.GetString()! : absent;

    /// <summary>A whole number, or the default when the field is absent.</summary>
    public static int Number(JsonElement element, string field, int absent)
    {
        long number = LongNumber(element, field, absent);
        return number is >= int.MinValue and <= int.MaxValue
            ? (int)number
            : throw new JsonException($"The field '{field}' is {number}, which does not fit in 32 bits.");
    }

    /// <summary>A whole number, or the default when the field is absent.</summary>
    public static long LongNumber(JsonElement element, string field, long absent) =>
        Find(element, field, JsonValueKind.Number) is { } found ? LongNumber(found, field) : absent;

    /// <summary>A whole number.</summary>
    public static long LongNumber(JsonElement element, string field) =>
        Require(element, field, JsonValueKind.Number).TryGetInt64(out long number)
            ? number
            : throw new JsonException($"The field '{field}' is {element.GetRawText()}, not a whole number of 64 bits.");

    /// <summary>True or false, or the default when the field is absent.</summary>
    public static bool Flag(JsonElement element, string field, bool absent)
    {
        if (!Require(element, field, JsonValueKind.Object).TryGetProperty(field, out JsonElement found))
            return absent;
        return found.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? found.GetBoolean()
            : throw new JsonException($"The field '{field}' is {found.ValueKind}, not true or false.");
    }

    /// <summary>The table's version; all zero when the file has none.</summary>
    public static DataVersion Version(JsonElement root) => Find(root, "dataVersion", JsonValueKind.Object) is { } found
        ? new DataVersion(
            LongNumber(found, "stateVersion", 0), LongNumber(found, "timestamp", 0), LongNumber(found, "counter", 0))
        : default;

    /// <summary>Writes the table's version.</summary>
    public static void WriteVersion(Utf8JsonWriter writer, DataVersion version)
    {
        writer.WriteStartObject("dataVersion");
        writer.WriteNumber("counter", version.Counter);
        writer.WriteNumber("stateVersion", version.StateVersion);
        writer.WriteNumber("timestamp", version.Timestamp);
        writer.WriteEndObject();
    }

    /// <summary>Writes a map of texts.</summary>
    public static void WriteTexts(Utf8JsonWriter writer, string field, IReadOnlyDictionary<string, string> texts)
    {
        writer.WriteStartObject(field);
        foreach ((string key, string value) in texts.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            writer.WriteString(key, value);
        writer.WriteEndObject();
    }

    /// <summary>A queue id from a key.</summary>
    public static int QueueId(string key) =>
        int.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out int queueId)
            ? queueId
            : throw new JsonException($"The key '{key}' is no queue id.");

    private static JsonElement? Find(JsonElement element, string field, JsonValueKind kind)
    {
        bool isThere = Require(element, field, JsonValueKind.Object).TryGetProperty(field, out JsonElement found)
            && found.ValueKind != JsonValueKind.Null;
        return isThere ? Require(found, field, kind) : null;
    }

    private static JsonElement Require(JsonElement element, string field, JsonValueKind kind) =>
        element.ValueKind == kind
            ? element
            : throw new JsonException($"At '{field}' stands a value of kind {element.ValueKind}, not {kind}.");
}

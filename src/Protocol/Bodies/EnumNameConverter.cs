using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrleansMq.Protocol.Bodies;

/// <summary>
/// Reads and writes an enum by RocketMQ's name, CONSUME_PASSIVELY for ConsumePassively. Null is the first.
/// </summary>
internal sealed class EnumNameConverter<T> : JsonConverter<T>
    where T : struct, Enum
{
    private static readonly Dictionary<string, T> ByName =
        Enum.GetValues<T>().ToDictionary(NameOf, StringComparer.Ordinal);

    public override bool HandleNull => true;

    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return default;
        if (reader.TokenType == JsonTokenType.String && ByName.TryGetValue(reader.GetString()!, out T value))
            return value;

        throw new JsonException($"One of {string.Join(", ", ByName.Keys)} is expected.");
    }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WriteStringValue(NameOf(value));

    private static string NameOf(T value) => JsonNamingPolicy.SnakeCaseUpper.ConvertName(value.ToString());
}

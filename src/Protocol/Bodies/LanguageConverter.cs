using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using OrleansMq.Protocol.Codes;

namespace OrleansMq.Protocol.Bodies;

/// <summary>
/// Reads and writes a language by name; names that are not known here are <see cref="LanguageCode.Other"/>.
/// </summary>
internal sealed class LanguageConverter : JsonConverter<LanguageCode>
{
    public override LanguageCode Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String
            ? LanguageNames.Parse(Encoding.UTF8.GetBytes(reader.GetString()!))
            : throw new JsonException("The name of a language is expected.");

    public override void Write(Utf8JsonWriter writer, LanguageCode value, JsonSerializerOptions options) =>
        writer.WriteStringValue(LanguageNames.Of(value));
}

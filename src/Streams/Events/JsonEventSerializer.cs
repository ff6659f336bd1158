using System.Text.Json;

namespace OrleansMq.Streams.Events;

/// <summary>JSON, by <see cref="JsonSerializer"/>.</summary>
/// <param name="options">How; null for names as in JavaScript.</param>
public sealed class JsonEventSerializer(JsonSerializerOptions? options = null) : IEventSerializer
{
    private readonly JsonSerializerOptions _options = options ?? JsonSerializerOptions.Web;

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Serialize<T>(T item) => JsonSerializer.SerializeToUtf8Bytes(item, _options);

    /// <inheritdoc/>
    public T Deserialize<T>(ReadOnlyMemory<byte> body) => JsonSerializer.Deserialize<T>(body.Span, _options)
        ?? throw new JsonException($"The body is null; {typeof(T).Name} is expected.");
}

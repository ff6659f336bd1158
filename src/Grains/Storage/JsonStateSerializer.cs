using System.Text.Json;
using Orleans.Storage;

namespace OrleansMq.Grains.Storage;

/// <summary>
/// Keeps grain state as plain JSON without type names: readable in the database, open to new members.
/// </summary>
public sealed class JsonStateSerializer : IGrainStorageSerializer
{
    /// <inheritdoc/>
    public BinaryData Serialize<T>(T? input) => new(JsonSerializer.SerializeToUtf8Bytes(input));

    /// <inheritdoc/>
    public T? Deserialize<T>(BinaryData input) => JsonSerializer.Deserialize<T>(input.ToMemory().Span);
}

using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace OrleansMq.Client.Serialization;

/// <summary>
/// Writes values as JSON, with the code that System.Text.Json generates for them, so that it works trimmed and compiled
/// ahead of time. Bytes (<c>byte[]</c>, <c>ReadOnlyMemory&lt;byte&gt;</c>, <c>Memory&lt;byte&gt;</c>) and
/// <c>string</c> are written as they are. Thread-safe.
/// </summary>
/// <example><code>
/// [JsonSerializable(typeof(Order))]
/// partial class OrderJson : JsonSerializerContext;
///
/// var options = new ClientOptions { Serializer = new JsonMessageSerializer(OrderJson.Default) };
/// </code></example>
public sealed class JsonMessageSerializer : IMessageSerializer
{
    [ThreadStatic]
    private static Utf8JsonWriter? _writer;

    private readonly JsonSerializerContext[] _contexts;
    private readonly JsonSerializerOptions? _reflecting;

    /// <summary>Makes a serializer of the types that the contexts name; the first that knows one is taken.</summary>
    public JsonMessageSerializer(params JsonSerializerContext[] contexts)
    {
        ArgumentNullException.ThrowIfNull(contexts);
        _contexts = [.. contexts];
    }

    private JsonMessageSerializer(JsonSerializerOptions reflecting) => (_contexts, _reflecting) = ([], reflecting);

    /// <summary>Only bytes and text, which need no context. What a client has unless it is given another.</summary>
    public static JsonMessageSerializer PlainOnly { get; } = new();

    /// <summary>
    /// A serializer that looks at types when it meets them. Simple to begin with, slower to start, and neither trimmed
    /// nor compiled ahead of time.
    /// </summary>
    /// <param name="options">How JSON is written; null for the web's defaults.</param>
    [RequiresUnreferencedCode("JSON by reflection needs types that trimming removes. Give a JsonSerializerContext.")]
    [RequiresDynamicCode("JSON by reflection makes code while it runs. Give a JsonSerializerContext.")]
    public static JsonMessageSerializer ByReflection(JsonSerializerOptions? options = null)
    {
        var reflecting = new JsonSerializerOptions(options ?? JsonSerializerOptions.Web);
        reflecting.TypeInfoResolver ??= new DefaultJsonTypeInfoResolver();
        reflecting.MakeReadOnly();
        return new JsonMessageSerializer(reflecting);
    }

    /// <inheritdoc/>
    public string ContentTypeOf<T>() => PlainBodies.ContentTypeOf<T>() ?? ContentTypes.Json;

    /// <inheritdoc/>
    public void Serialize<T>(T value, IBufferWriter<byte> output)
    {
        if (PlainBodies.TryWrite(value, output))
            return;

        JsonTypeInfo<T> type = TypeOf<T>();
        Utf8JsonWriter writer = _writer ??= new Utf8JsonWriter(output);
        try
        {
            writer.Reset(output);
            JsonSerializer.Serialize(writer, value, type);
            writer.Flush();
        }
        finally
        {
            writer.Reset(Stream.Null);
        }
    }

    /// <inheritdoc/>
    public T Deserialize<T>(ReadOnlyMemory<byte> body, string? contentType)
    {
        if (PlainBodies.TryRead(body, out T plain))
            return plain;

        JsonTypeInfo<T> type = TypeOf<T>();
        if (contentType is not null && !contentType.Contains("json", StringComparison.OrdinalIgnoreCase))
        {
            throw new InvalidDataException(
                $"The body is '{contentType}'; {typeof(T).Name} is read from '{ContentTypes.Json}'.");
        }

        try
        {
            return JsonSerializer.Deserialize(body.Span, type)
                ?? throw new InvalidDataException($"The body is null; a {typeof(T).Name} is expected.");
        }
        catch (JsonException cause)
        {
            throw new InvalidDataException($"The body is no JSON of {typeof(T).Name}: {cause.Message}", cause);
        }
    }

    private JsonTypeInfo<T> TypeOf<T>()
    {
        if (_reflecting is not null)
            return (JsonTypeInfo<T>)_reflecting.GetTypeInfo(typeof(T));

        foreach (JsonSerializerContext context in _contexts)
        {
            if (context.GetTypeInfo(typeof(T)) is JsonTypeInfo<T> type)
                return type;
        }

        throw new NotSupportedException(
            $"The serializer knows no {typeof(T)}. Name it in a context, [JsonSerializable(typeof({typeof(T).Name}))] "
            + "partial class MyJson : JsonSerializerContext;, and give that to the client: ClientOptions.Serializer = "
            + "new JsonMessageSerializer(MyJson.Default). Bytes and string need none.");
    }
}

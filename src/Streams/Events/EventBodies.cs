using System.Text;
using Orleans.Serialization;

namespace OrleansMq.Streams.Events;

/// <summary>The bodies of a provider's messages. Thread-safe.</summary>
internal sealed class EventBodies(Serializer orleans, IEventSerializer plain)
{
    /// <summary>The events of a message as a subscriber asks for them.</summary>
    public IEnumerable<T> Read<T>(StreamMessage message) => message.IsOrleans
        ? (orleans.Deserialize<object[]>(message.Body) ?? []).Cast<T>()
        : [ReadPlain<T>(message.Body)];

    /// <summary>A body with events for Orleans only.</summary>
    public byte[] WriteOrleans(object?[] events) => orleans.SerializeToArray(events);

    /// <summary>A body that everybody reads.</summary>
    public ReadOnlyMemory<byte> WritePlain<T>(T item) => item switch
    {
        byte[] bytes => bytes,
        ReadOnlyMemory<byte> bytes => bytes,
        string text => Encoding.UTF8.GetBytes(text),
        _ => plain.Serialize(item),
    };

    public Dictionary<string, object>? ReadContext(byte[] context) =>
        orleans.Deserialize<Dictionary<string, object>>(context);

    public byte[] WriteContext(Dictionary<string, object> context) => orleans.SerializeToArray(context);

    private T ReadPlain<T>(ReadOnlyMemory<byte> body)
    {
        if (typeof(T) == typeof(ReadOnlyMemory<byte>))
            return (T)(object)body;
        if (typeof(T) == typeof(byte[]) || typeof(T) == typeof(object))
            return (T)(object)body.ToArray();
        if (typeof(T) == typeof(string))
            return (T)(object)Encoding.UTF8.GetString(body.Span);
        return plain.Deserialize<T>(body);
    }
}

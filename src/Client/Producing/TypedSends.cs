using System.Buffers;
using System.Collections.Concurrent;
using OrleansMq.Client.Sending;
using OrleansMq.Client.Serialization;

namespace OrleansMq.Client.Producing;

/// <summary>Sends of values, which become bodies by the client's <see cref="ClientOptions.Serializer"/>.</summary>
public static class TypedSends
{
    private const int MaxKeptBytes = 64 * 1024;

    private static readonly ConcurrentDictionary<string, IReadOnlyDictionary<string, string>> ContentTypeOnly = new();

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _output;

    /// <summary>Stores a value; done when a broker has it, as safe as the receipt says.</summary>
    /// <inheritdoc cref="Producer.SendAsync(Message, CancellationToken)" path="/exception"/>
    /// <exception cref="NotSupportedException">The serializer does not know the type.</exception>
    public static ValueTask<SendReceipt> SendAsync<T>(
        this Producer producer, string topic, T value, CancellationToken cancellation = default) =>
        SendAsync(producer, new Message { Topic = topic }, value, cancellation);

    /// <summary>Stores a value with a tag, keys, an ordering key, a delay or properties.</summary>
    /// <param name="producer">The producer.</param>
    /// <param name="envelope">All of the message but its body; the value takes the body's place.</param>
    /// <param name="value">The value.</param>
    /// <param name="cancellation">Gives up the wait; the message may be stored all the same.</param>
    /// <inheritdoc cref="Producer.SendAsync(Message, CancellationToken)" path="/exception"/>
    /// <exception cref="NotSupportedException">The serializer does not know the type.</exception>
    public static ValueTask<SendReceipt> SendAsync<T>(
        this Producer producer, Message envelope, T value, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(producer);
        ArgumentNullException.ThrowIfNull(envelope);
        return producer.SendAsync(ToMessage(envelope, value, producer.Serializer), cancellation);
    }

    /// <summary>Puts a value into a message.</summary>
    public static Message ToMessage<T>(Message envelope, T value, IMessageSerializer serializer)
    {
        ArgumentNullException.ThrowIfNull(envelope);
        ArgumentNullException.ThrowIfNull(serializer);
        if (value is null)
            throw new ArgumentNullException(nameof(value), "A message needs a value; a body may be empty, not null.");

        ArrayBufferWriter<byte> output = _output ?? new ArrayBufferWriter<byte>();
        _output = null;
        output.ResetWrittenCount();
        serializer.Serialize(value, output);
        byte[] body = output.WrittenSpan.ToArray();
        if (output.Capacity <= MaxKeptBytes)
            _output = output;
        return envelope.With(body, PropertiesOf(envelope, serializer.ContentTypeOf<T>()));
    }

    private static IReadOnlyDictionary<string, string> PropertiesOf(Message envelope, string contentType)
    {
        if (envelope.Properties is not { Count: > 0 } properties)
        {
            return ContentTypeOnly.GetOrAdd(
                contentType, static type => new Dictionary<string, string> { [ContentTypes.PropertyName] = type });
        }

        return properties.ContainsKey(ContentTypes.PropertyName)
            ? properties
            : new Dictionary<string, string>(properties) { [ContentTypes.PropertyName] = contentType };
    }
}

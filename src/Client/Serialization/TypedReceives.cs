using OrleansMq.Client.Consuming;
using OrleansMq.Client.Receiving;

namespace OrleansMq.Client.Serialization;

/// <summary>Values that are read from bodies.</summary>
public static class TypedReceives
{
    /// <summary>Reads a message's value.</summary>
    /// <exception cref="InvalidDataException">The body holds no such value, or could not be read at all.</exception>
    /// <exception cref="NotSupportedException">The serializer does not know the type.</exception>
    public static T Read<T>(this ReceivedMessage message, IMessageSerializer serializer)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(serializer);
        return message.BodyStatus == BodyStatus.Whole
            ? serializer.Deserialize<T>(message.Body, message.ContentType)
            : throw new InvalidDataException($"The body cannot be read: {message.BodyStatus}.");
    }

    /// <summary>
    /// A handler of messages that hands their values to another. A body that holds no such value never will: the
    /// message becomes a dead letter at once, with the reason.
    /// </summary>
    public static MessageHandler Untyped<T>(this MessageHandler<T> handler, IMessageSerializer serializer)
    {
        ArgumentNullException.ThrowIfNull(handler);
        ArgumentNullException.ThrowIfNull(serializer);
        return (message, cancellation) =>
        {
            T value;
            try
            {
                value = message.Read<T>(serializer);
            }
            catch (InvalidDataException cause)
            {
                return new ValueTask<ConsumeResult>(ConsumeResult.DeadLetter(cause.Message));
            }

            return handler(value, message, cancellation);
        };
    }
}

namespace OrleansMq.Streams.Events;

/// <summary>
/// Writes events into bodies that clients of RocketMQ read, and reads theirs. Register one under a provider's name as
/// a keyed service to replace <see cref="JsonEventSerializer"/> there, on all silos and clients.
/// </summary>
public interface IEventSerializer
{
    /// <summary>The body of an event.</summary>
    ReadOnlyMemory<byte> Serialize<T>(T item);

    /// <summary>
    /// The event in a body. What it throws is a failure of the subscriber that asked for the type: the message becomes
    /// a dead letter in the end.
    /// </summary>
    T Deserialize<T>(ReadOnlyMemory<byte> body);
}

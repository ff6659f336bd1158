using OrleansMq.Protocol.Bodies;

namespace OrleansMq.Client.Consuming;

/// <summary>Keeps the place of a broadcasting member, which brokers do not. Thread-safe.</summary>
public interface IOffsetStore
{
    /// <summary>Where the member goes on in a queue; null if it has consumed nothing of it.</summary>
    /// <param name="group">The group.</param>
    /// <param name="queue">The queue.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="IOException">It cannot be read now; it is tried again.</exception>
    ValueTask<long?> ReadAsync(string group, MessageQueueKey queue, CancellationToken cancellation);

    /// <summary>Remembers where the member goes on; what it has of other queues stays.</summary>
    /// <param name="group">The group.</param>
    /// <param name="offsets">The offsets by queue.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="IOException">It cannot be written now; it is tried again.</exception>
    ValueTask WriteAsync(
        string group, IReadOnlyDictionary<MessageQueueKey, long> offsets, CancellationToken cancellation);
}

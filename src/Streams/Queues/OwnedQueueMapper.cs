using Orleans.Streams;

namespace OrleansMq.Streams.Queues;

/// <summary>
/// Orleans asks for all queues and for that of a stream only to share queues out, which
/// <see cref="OwnedQueueBalancer"/> does by itself: topics come while the provider runs, and where their streams are is
/// in their routes.
/// </summary>
internal sealed class OwnedQueueMapper : IStreamQueueMapper
{
    public IEnumerable<QueueId> GetAllQueues() => [];

    public QueueId GetQueueForStream(StreamId streamId) => throw new NotSupportedException(
        "The queue of a stream is in the route of its topic, which is asked for as it is used.");
}

using Microsoft.Extensions.Logging;
using OrleansMq.Grains.Placement;
using OrleansMq.Streams.Diagnostics;
using OrleansMq.Streams.Queues;

namespace OrleansMq.Streams.Topics;

/// <summary>What happens as somebody subscribes to a stream, on a silo or a client.</summary>
internal sealed class StreamDoor(StreamTopics topics, IGrainFactory grains, ILogger<StreamDoor> logger)
{
    /// <summary>Has the stream's topic be read.</summary>
    public async Task OpenAsync(StreamId stream) => await topics.GetRouteAsync(topics.TopicOf(stream));

    /// <summary>
    /// Has the agent look at the stream. Where its broker is away nobody can; it happens with the next event.
    /// </summary>
    public async Task WakeAsync(StreamId stream)
    {
        StreamQueueId queue = (await topics.GetRouteAsync(topics.TopicOf(stream))).QueueOf(stream.GetKeyAsString());
        try
        {
            await grains.GetGrain<IStreamQueueGrain>(BrokerKey.OfQueue(queue.Topic, queue.Broker, queue.Queue))
                .Wake(topics.Provider, stream);
        }
        catch (WrongSiloException cause)
        {
            logger.NotWoken(stream, cause.Message);
        }
    }
}

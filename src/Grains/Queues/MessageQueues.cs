using OrleansMq.Grains.Placement;

namespace OrleansMq.Grains.Queues;

/// <summary>Finds queues.</summary>
public static class MessageQueues
{
    /// <summary>A queue of a topic on a broker. Nothing is called yet.</summary>
    public static IMessageQueueGrain GetMessageQueue(
        this IGrainFactory grains, string topic, string brokerName, int queueId) =>
        grains.GetGrain<IMessageQueueGrain>(BrokerKey.OfQueue(topic, brokerName, queueId));
}

using OrleansMq.Client.Transports;

namespace OrleansMq.Client.Routing;

/// <summary>A queue of a topic, with the broker that has it.</summary>
/// <param name="Broker">The broker; its name is known.</param>
/// <param name="QueueId">The queue within the topic on that broker.</param>
public readonly record struct TopicQueue(BrokerAddress Broker, int QueueId)
{
    /// <summary>The name of the broker.</summary>
    public string BrokerName => Broker.BrokerName!;
}

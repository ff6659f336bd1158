using OrleansMq.Client.Transports;
using OrleansMq.Protocol.Bodies;

namespace OrleansMq.Client.Routing;

/// <summary>Where a topic lives. Immutable; queues are in the order of broker name and number.</summary>
public sealed class TopicRoute
{
    private const long LeaderId = 0;
    private const int Readable = 4;
    private const int Writable = 2;

    private TopicRoute(string topic, TopicQueue[] readQueues, TopicQueue[] writeQueues, BrokerAddress[] brokers)
    {
        Topic = topic;
        ReadQueues = readQueues;
        WriteQueues = writeQueues;
        Brokers = brokers;
    }

    /// <summary>The topic.</summary>
    public string Topic { get; }

    /// <summary>The queues that can be read now.</summary>
    public IReadOnlyList<TopicQueue> ReadQueues { get; }

    /// <summary>The queues that can be written now.</summary>
    public IReadOnlyList<TopicQueue> WriteQueues { get; }

    /// <summary>The brokers that have queues of the topic, by name.</summary>
    public IReadOnlyList<BrokerAddress> Brokers { get; }

    /// <summary>The broker of a name; null if it has no queue of the topic.</summary>
    public BrokerAddress? FindBroker(string brokerName) =>
        Brokers.FirstOrDefault(broker => broker.BrokerName == brokerName);

    /// <summary>Makes a route of what a broker answered.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="data">The answer.</param>
    /// <param name="maxWriteQueues">
    /// The most queues of a broker to write to; for a route that another topic lends.
    /// </param>
    internal static TopicRoute Of(string topic, TopicRouteData data, int maxWriteQueues = int.MaxValue)
    {
        var brokers = new SortedDictionary<string, BrokerAddress>(StringComparer.Ordinal);
        foreach (BrokerData broker in data.BrokerDatas)
        {
            if (broker.BrokerAddresses.TryGetValue(LeaderId, out string? address))
                brokers[broker.BrokerName] = new BrokerAddress(address, broker.BrokerName);
        }

        QueueData[] queues = [.. data.QueueDatas
            .Where(queue => brokers.ContainsKey(queue.BrokerName))
            .OrderBy(queue => queue.BrokerName, StringComparer.Ordinal)];
        return new TopicRoute(
            topic,
            [.. queues.Where(queue => (queue.Perm & Readable) != 0)
                .SelectMany(queue => Queues(brokers[queue.BrokerName], queue.ReadQueueNums))],
            [.. queues.Where(queue => (queue.Perm & Writable) != 0)
                .SelectMany(queue => Queues(
                    brokers[queue.BrokerName], Math.Min(queue.WriteQueueNums, maxWriteQueues)))],
            [.. brokers.Values]);
    }

    private static IEnumerable<TopicQueue> Queues(BrokerAddress broker, int count) =>
        Enumerable.Range(0, count).Select(queueId => new TopicQueue(broker, queueId));
}

using OrleansMq.Client.Routing;

namespace OrleansMq.Client.Producing;

/// <summary>Which queue a message goes to. Thread-safe.</summary>
internal sealed class QueueChooser(BrokerHealth? health)
{
    private int _turn = Random.Shared.Next();

    /// <summary>
    /// The next queue in turn: of a broker that is well if there is one, else at least of another than failed last.
    /// </summary>
    /// <exception cref="InvalidOperationException">The topic has no queue that can be written.</exception>
    public TopicQueue Next(TopicRoute route, string? failedBroker)
    {
        IReadOnlyList<TopicQueue> queues = route.WriteQueues;
        if (queues.Count == 0)
            throw NothingToWrite(route);

        TopicQueue? other = null;
        for (int attempt = 0; attempt < queues.Count; attempt++)
        {
            TopicQueue queue = queues[(int)((uint)Interlocked.Increment(ref _turn) % (uint)queues.Count)];
            if (queue.BrokerName == failedBroker)
                continue;
            other ??= queue;
            if (health?.IsAvoided(queue.BrokerName) != true)
                return queue;
        }

        return other ?? queues[(int)((uint)Interlocked.Increment(ref _turn) % (uint)queues.Count)];
    }

    /// <summary>
    /// The queue of an ordering key: the same one as long as the topic's queues stay the same; null if none can be
    /// written.
    /// </summary>
    public static TopicQueue? Of(TopicRoute route, string orderingKey) => route.WriteQueues.Count > 0
        ? route.WriteQueues[Math.Abs(StableHash(orderingKey) % route.WriteQueues.Count)]
        : null;

    /// <summary>Says that a topic cannot be written.</summary>
    public static InvalidOperationException NothingToWrite(TopicRoute route) => new(
        $"The topic '{route.Topic}' has no queue that can be written now: no broker of it is there, or it may only be "
        + "read.");

    /// <summary>Java's hash of a string, so that producers of both kinds agree on the queue of a key.</summary>
    private static int StableHash(string key)
    {
        int hash = 0;
        foreach (char unit in key)
            hash = unchecked((31 * hash) + unit);
        return hash;
    }
}

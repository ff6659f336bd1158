using System.Globalization;
using OrleansMq.Streams.Queues;

namespace OrleansMq.Streams.Topics;

/// <summary>
/// The queues among which the keys of a topic's streams are shared out: fixed when a provider takes the topic up, so
/// that a key stays in its queue whatever brokers join later.
/// </summary>
/// <param name="Topic">The topic.</param>
/// <param name="Brokers">The brokers and how many queues each has, in their order.</param>
/// <param name="SinceMilliseconds">
/// When the provider took the topic up, Unix milliseconds; 0 for from its beginning.
/// </param>
[GenerateSerializer, Immutable, Alias("OrleansMq.StreamRoute")]
internal sealed record StreamRoute(
    [property: Id(0)] string Topic, [property: Id(1)] IReadOnlyList<BrokerQueues> Brokers,
    [property: Id(2)] long SinceMilliseconds)
{
    private int Count => Brokers.Sum(broker => broker.Queues);

    /// <summary>
    /// The queue of a key: RocketMQ's <c>SelectMessageQueueByHash</c> with the key as text picks the same.
    /// </summary>
    public StreamQueueId QueueOf(string key)
    {
        int index = Math.Abs(HashOf(key) % Count);
        foreach (BrokerQueues broker in Brokers)
        {
            if (index < broker.Queues)
                return new StreamQueueId(Topic, broker.Name, index);
            index -= broker.Queues;
        }

        throw new InvalidOperationException($"The topic '{Topic}' has no queues.");
    }

    /// <summary>As it is kept in the cluster's directory.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{SinceMilliseconds} {string.Join(';', Brokers.Select(broker => $"{broker.Name}:{broker.Queues}"))}");

    /// <summary>Reads what <see cref="ToString"/> wrote; null for anything else.</summary>
    public static StreamRoute? TryParse(string topic, string text)
    {
        if (text.Split(' ') is not [var since, var brokers]
            || !long.TryParse(since, CultureInfo.InvariantCulture, out long milliseconds))
            return null;

        var queues = new List<BrokerQueues>();
        foreach (string broker in brokers.Split(';'))
        {
            if (broker.Split(':') is not [var name, var count]
                || !int.TryParse(count, CultureInfo.InvariantCulture, out int number) || number <= 0)
                return null;
            queues.Add(new BrokerQueues(name, number));
        }

        return new StreamRoute(topic, queues, milliseconds);
    }

    /// <summary>Java's hash of a text.</summary>
    private static int HashOf(string key)
    {
        int hash = 0;
        foreach (char one in key)
            hash = unchecked((31 * hash) + one);
        return hash;
    }
}

/// <summary>How many queues of a topic a broker has.</summary>
[GenerateSerializer, Immutable, Alias("OrleansMq.BrokerQueues")]
internal readonly record struct BrokerQueues([property: Id(0)] string Name, [property: Id(1)] int Queues);

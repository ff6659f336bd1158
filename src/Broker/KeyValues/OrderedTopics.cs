using System.Globalization;

namespace OrleansMq.Broker.KeyValues;

/// <summary>
/// Topics whose producers keep to the same queues whichever brokers are there: the name service tells them, in the
/// topic's route, what is set under the topic's name. RocketMQ: <c>orderTopicConf</c>.
/// </summary>
public static class OrderedTopics
{
    /// <summary>The namespace of those settings.</summary>
    public const string Namespace = "ORDER_TOPIC_CONFIG";

    /// <summary>Whether a value has the form <c>broker:queues;broker:queues</c>; clients throw on others.</summary>
    public static bool IsValid(string value)
    {
        string[] brokers = value.Split(';', StringSplitOptions.RemoveEmptyEntries);
        return brokers.Length > 0 && Array.TrueForAll(brokers, IsBroker);
    }

    private static bool IsBroker(string part) => part.Split(':') is [{ Length: > 0 }, var count]
        && int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out int queues) && queues > 0;
}

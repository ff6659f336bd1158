namespace OrleansMq.Grains.Placement;

/// <summary>
/// The keys of grains that belong to a broker: its name, or <c>topic/broker/queue</c>. No name contains a slash.
/// </summary>
internal static class BrokerKey
{
    private const char Separator = '/';

    public static string OfQueue(string topic, string brokerName, int queueId) =>
        $"{topic}{Separator}{brokerName}{Separator}{queueId}";

    public static string BrokerOf(string key) => key.Split(Separator) is [_, var name, _] ? name : key;

    public static (string Topic, string BrokerName, int QueueId) ParseQueue(string key) =>
        key.Split(Separator) is [var topic, var name, var queue] && int.TryParse(queue, out int queueId)
            ? (topic, name, queueId)
            : throw new ArgumentException($"'{key}' names no queue; it must be topic/broker/queue.");
}

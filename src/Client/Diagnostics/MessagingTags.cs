using System.Collections.Concurrent;
using System.Diagnostics;
using OrleansMq.Client.Producing;

namespace OrleansMq.Client.Diagnostics;

/// <summary>
/// The names of what spans and metrics say, and the values that need more than a look. Thread-safe.
/// Source: https://opentelemetry.io/docs/specs/semconv/messaging/rocketmq/.
/// </summary>
internal static class MessagingTags
{
    public const string System = "messaging.system";
    public const string OperationName = "messaging.operation.name";
    public const string OperationType = "messaging.operation.type";
    public const string Destination = "messaging.destination.name";
    public const string Partition = "messaging.destination.partition.id";
    public const string Group = "messaging.consumer.group.name";
    public const string MessageId = "messaging.message.id";
    public const string BodySize = "messaging.message.body.size";
    public const string BatchCount = "messaging.batch.message_count";
    public const string ClientId = "messaging.client.id";
    public const string Tag = "messaging.rocketmq.message.tag";
    public const string Keys = "messaging.rocketmq.message.keys";
    public const string Type = "messaging.rocketmq.message.type";
    public const string OrderingKey = "messaging.rocketmq.message.group";
    public const string DelayLevel = "messaging.rocketmq.message.delay_time_level";
    public const string DeliveryTime = "messaging.rocketmq.message.delivery_timestamp";
    public const string ErrorType = "error.type";

    /// <summary>The protocol that is spoken is RocketMQ's, whoever made the broker.</summary>
    public const string SystemName = "rocketmq";

    private const int MaxPartitions = 10_000;

    private static readonly ConcurrentDictionary<(string BrokerName, int QueueId), string> Partitions = new();

    /// <summary>Names a queue so that it is the only one of its topic: queues are numbered on each broker.</summary>
    public static string PartitionOf(string brokerName, int queueId)
    {
        if (Partitions.TryGetValue((brokerName, queueId), out string? known))
            return known;

        string partition = $"{brokerName}/{queueId}";
        if (Partitions.Count < MaxPartitions)
            Partitions.TryAdd((brokerName, queueId), partition);
        return partition;
    }

    /// <summary>What kind of failure it was, out of few: a broker's answer by its name, others by their type.</summary>
    public static string ErrorTypeOf(Exception cause) => cause switch
    {
        SendFailedException { InnerException: { } inner } => ErrorTypeOf(inner),
        RemotingException refusal => refusal.Code.ToString(),
        _ => cause.GetType().FullName ?? cause.GetType().Name,
    };

    /// <summary>What every span and every measurement of an operation says.</summary>
    public static TagList Of(string operation, string type, string destination) => new()
    {
        { System, SystemName },
        { OperationName, operation },
        { OperationType, type },
        { Destination, destination },
    };
}

using System.Text.Json.Serialization;

namespace OrleansMq.Protocol.Bodies;

/// <summary>A queue of a topic on a broker name, as bodies name it. RocketMQ: MessageQueue.</summary>
/// <param name="Topic">The topic; never empty in what was read.</param>
/// <param name="BrokerName">The broker name; never empty in what was read.</param>
/// <param name="QueueId">The queue within the topic on that broker name.</param>
[JsonConverter(typeof(MessageQueueKeyConverter))]
public readonly record struct MessageQueueKey(string Topic, string BrokerName, int QueueId);

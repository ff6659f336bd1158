namespace OrleansMq.Protocol.Bodies;

/// <summary>The JSON object of a <see cref="MessageQueueKey"/>, its members in fastjson's order.</summary>
internal sealed class MessageQueueParts
{
    public string? BrokerName { get; set; }

    public int QueueId { get; set; }

    public string? Topic { get; set; }
}

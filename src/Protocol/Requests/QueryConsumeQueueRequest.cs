using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Protocol.Requests;

/// <summary>Asks for entries of a queue: 321. RocketMQ: QueryConsumeQueueRequestHeader.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="QueueId">The queue within the topic.</param>
/// <param name="Index">The offset to begin at.</param>
/// <param name="Count">The most entries wanted.</param>
/// <param name="ConsumerGroup">A group whose subscription is asked about as well; null for none.</param>
public sealed record QueryConsumeQueueRequest(
    string Topic, int QueueId, long Index, int Count, string? ConsumerGroup)
{
    /// <summary>Reads the request; false with a sentence for the sender if a field is missing or wrong.</summary>
    public static bool TryRead(CommandReader command, out QueryConsumeQueueRequest request, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(command);
        var fields = new FieldParser(command);
        request = new QueryConsumeQueueRequest(
            fields.RequiredString("topic"u8),
            fields.RequiredInt32("queueId"u8),
            fields.RequiredInt64("index"u8),
            fields.RequiredInt32("count"u8),
            fields.OptionalString("consumerGroup"u8));
        problem = fields.Problem;
        return problem is null;
    }
}

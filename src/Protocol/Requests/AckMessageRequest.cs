using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Protocol.Requests;

/// <summary>Acknowledges one popped message: 200051. RocketMQ: AckMessageRequestHeader.</summary>
/// <param name="ConsumerGroup">The consumer's group.</param>
/// <param name="Topic">The topic.</param>
/// <param name="QueueId">The message's queue.</param>
/// <param name="ExtraInfo">The handle that the message came with.</param>
/// <param name="Offset">The message's place in its queue.</param>
public sealed record AckMessageRequest(string ConsumerGroup, string Topic, int QueueId, string ExtraInfo, long Offset)
{
    /// <summary>Reads the request; false with a sentence for the sender if a field is missing or wrong.</summary>
    public static bool TryRead(CommandReader command, out AckMessageRequest request, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(command);
        var fields = new FieldParser(command);
        request = new AckMessageRequest(
            fields.RequiredString("consumerGroup"u8),
            fields.RequiredString("topic"u8),
            fields.RequiredInt32("queueId"u8),
            fields.RequiredString("extraInfo"u8),
            fields.RequiredInt64("offset"u8));
        problem = fields.Problem;
        return problem is null;
    }
}

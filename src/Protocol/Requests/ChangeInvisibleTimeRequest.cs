using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Protocol.Requests;

/// <summary>
/// Changes when a popped message comes again: 200053. RocketMQ: ChangeInvisibleTimeRequestHeader.
/// </summary>
/// <param name="ConsumerGroup">The consumer's group.</param>
/// <param name="Topic">The topic.</param>
/// <param name="QueueId">The message's queue.</param>
/// <param name="ExtraInfo">The handle that the message came with.</param>
/// <param name="Offset">The message's place in its queue.</param>
/// <param name="InvisibleMilliseconds">In how many milliseconds from now it comes again.</param>
public sealed record ChangeInvisibleTimeRequest(
    string ConsumerGroup, string Topic, int QueueId, string ExtraInfo, long Offset, long InvisibleMilliseconds)
{
    /// <summary>Reads the request; false with a sentence for the sender if a field is missing or wrong.</summary>
    public static bool TryRead(CommandReader command, out ChangeInvisibleTimeRequest request, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(command);
        var fields = new FieldParser(command);
        request = new ChangeInvisibleTimeRequest(
            fields.RequiredString("consumerGroup"u8),
            fields.RequiredString("topic"u8),
            fields.RequiredInt32("queueId"u8),
            fields.RequiredString("extraInfo"u8),
            fields.RequiredInt64("offset"u8),
            fields.RequiredInt64("invisibleTime"u8));
        problem = fields.Problem;
        return problem is null;
    }
}

using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Protocol.Requests;

/// <summary>Sets the offsets of a group to a time: 222. RocketMQ: ResetOffsetRequestHeader.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Group">The consumer group.</param>
/// <param name="Timestamp">The store time to go to, Unix milliseconds; -1 for the end.</param>
/// <param name="IsForced">Whether offsets may also go forward. RocketMQ: isForce.</param>
/// <param name="QueueId">The only queue meant (5.x); -1 for all.</param>
/// <param name="Offset">The offset to set instead of one found by time (5.x); -1 for none.</param>
public sealed record ResetOffsetRequest(
    string Topic,
    string Group,
    long Timestamp,
    bool IsForced,
    int QueueId,
    long Offset)
{
    /// <summary>Reads the request; false with a sentence for the sender if a field is missing or wrong.</summary>
    public static bool TryRead(CommandReader command, out ResetOffsetRequest request, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(command);
        var fields = new FieldParser(command);
        request = new ResetOffsetRequest(
            fields.RequiredString("topic"u8),
            fields.RequiredString("group"u8),
            fields.RequiredInt64("timestamp"u8),
            fields.RequiredBoolean("isForce"u8),
            fields.OptionalInt32("queueId"u8, -1),
            fields.OptionalInt64("offset"u8, -1));
        problem = fields.Problem;
        return problem is null;
    }
}

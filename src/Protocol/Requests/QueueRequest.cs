using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Protocol.Requests;

/// <summary>
/// Asks for something of one queue: 30, 31 and 32. RocketMQ: GetMaxOffsetRequestHeader and its siblings.
/// </summary>
/// <param name="Topic">The topic.</param>
/// <param name="QueueId">The queue within the topic.</param>
public sealed record QueueRequest(string Topic, int QueueId)
{
    /// <summary>Reads the request; false with a sentence for the sender if a field is missing or wrong.</summary>
    public static bool TryRead(CommandReader command, out QueueRequest request, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(command);
        var fields = new FieldParser(command);
        request = new QueueRequest(
            fields.RequiredString("topic"u8),
            fields.RequiredInt32("queueId"u8));
        problem = fields.Problem;
        return problem is null;
    }
}

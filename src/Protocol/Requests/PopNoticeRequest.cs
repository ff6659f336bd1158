using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Protocol.Requests;

/// <summary>
/// Asks about messages that a group may pop: to look at them, 200052, to be told when there are some, 200054, or how
/// many pops wait, 200055. RocketMQ: PeekMessageRequestHeader and its siblings.
/// </summary>
/// <param name="ConsumerGroup">The consumer's group.</param>
/// <param name="Topic">The topic.</param>
/// <param name="QueueId">The queue; below 0 for all of the topic.</param>
/// <param name="MaxMessages">The most messages to look at.</param>
/// <param name="PollMilliseconds">How long the broker may wait for one, in milliseconds.</param>
public sealed record PopNoticeRequest(
    string ConsumerGroup, string Topic, int QueueId, int MaxMessages, long PollMilliseconds)
{
    /// <summary>Reads the request; false with a sentence for the sender if a field is missing or wrong.</summary>
    public static bool TryRead(CommandReader command, out PopNoticeRequest request, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(command);
        var fields = new FieldParser(command);
        request = new PopNoticeRequest(
            fields.RequiredString("consumerGroup"u8),
            fields.RequiredString("topic"u8),
            fields.RequiredInt32("queueId"u8),
            fields.OptionalInt32("maxMsgNums"u8, 1),
            fields.OptionalInt64("pollTime"u8, 0));
        problem = fields.Problem;
        return problem is null;
    }
}

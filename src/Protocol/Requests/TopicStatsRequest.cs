using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Protocol.Requests;

/// <summary>Asks for the offsets of a topic: 202. RocketMQ: GetTopicStatsInfoRequestHeader.</summary>
/// <param name="Topic">The topic.</param>
public sealed record TopicStatsRequest(string Topic)
{
    /// <summary>Reads the request; false with a sentence for the sender if a field is missing or wrong.</summary>
    public static bool TryRead(CommandReader command, out TopicStatsRequest request, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(command);
        var fields = new FieldParser(command);
        request = new TopicStatsRequest(fields.RequiredString("topic"u8));
        problem = fields.Problem;
        return problem is null;
    }
}

using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Protocol.Requests;

/// <summary>Removes a topic: 215, and 216 at the name service. RocketMQ: DeleteTopicRequestHeader.</summary>
/// <param name="Topic">The topic.</param>
public sealed record DeleteTopicRequest(string Topic)
{
    /// <summary>Reads the request; false with a sentence for the sender if a field is missing or wrong.</summary>
    public static bool TryRead(CommandReader command, out DeleteTopicRequest request, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(command);
        var fields = new FieldParser(command);
        request = new DeleteTopicRequest(fields.RequiredString("topic"u8));
        problem = fields.Problem;
        return problem is null;
    }
}

using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Protocol.Requests;

/// <summary>
/// Asks for a group's subscription of a topic: 345. RocketMQ: QuerySubscriptionByConsumerRequestHeader.
/// </summary>
/// <param name="Group">The consumer group.</param>
/// <param name="Topic">The topic.</param>
public sealed record GroupTopicRequest(string Group, string Topic)
{
    /// <summary>Reads the request; false with a sentence for the sender if a field is missing or wrong.</summary>
    public static bool TryRead(CommandReader command, out GroupTopicRequest request, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(command);
        var fields = new FieldParser(command);
        request = new GroupTopicRequest(fields.RequiredString("group"u8), fields.RequiredString("topic"u8));
        problem = fields.Problem;
        return problem is null;
    }
}

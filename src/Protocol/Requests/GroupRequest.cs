using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Protocol.Requests;

/// <summary>
/// Asks for a group's topics, 343, or settings, 352. RocketMQ: QueryTopicsByConsumerRequestHeader and
/// GetSubscriptionGroupConfigRequestHeader.
/// </summary>
/// <param name="Group">The consumer group.</param>
public sealed record GroupRequest(string Group)
{
    /// <summary>Reads the request; false with a sentence for the sender if a field is missing or wrong.</summary>
    public static bool TryRead(CommandReader command, out GroupRequest request, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(command);
        var fields = new FieldParser(command);
        request = new GroupRequest(fields.RequiredString("group"u8));
        problem = fields.Problem;
        return problem is null;
    }
}

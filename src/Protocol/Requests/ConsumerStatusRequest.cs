using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Protocol.Requests;

/// <summary>
/// Asks how far the members of a group are by what they remember themselves: 223. RocketMQ:
/// GetConsumerStatusRequestHeader.
/// </summary>
/// <param name="Topic">The topic.</param>
/// <param name="Group">The consumer group.</param>
/// <param name="ClientId">The only member meant; null for all. RocketMQ: clientAddr.</param>
public sealed record ConsumerStatusRequest(string Topic, string Group, string? ClientId)
{
    /// <summary>Reads the request; false with a sentence for the sender if a field is missing or wrong.</summary>
    public static bool TryRead(CommandReader command, out ConsumerStatusRequest request, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(command);
        var fields = new FieldParser(command);
        request = new ConsumerStatusRequest(
            fields.RequiredString("topic"u8), fields.RequiredString("group"u8), fields.OptionalString("clientAddr"u8));
        problem = fields.Problem;
        return problem is null;
    }
}

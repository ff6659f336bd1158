using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Protocol.Requests;

/// <summary>Asks for the members of a consumer group: 38. RocketMQ: GetConsumerListByGroupRequestHeader.</summary>
/// <param name="ConsumerGroup">The consumer's group.</param>
public sealed record ConsumerListRequest(string ConsumerGroup)
{
    /// <summary>Reads the request; false with a sentence for the sender if a field is missing or wrong.</summary>
    public static bool TryRead(CommandReader command, out ConsumerListRequest request, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(command);
        var fields = new FieldParser(command);
        request = new ConsumerListRequest(fields.RequiredString("consumerGroup"u8));
        problem = fields.Problem;
        return problem is null;
    }
}

using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Protocol.Requests;

/// <summary>Asks how far a group has consumed: 208. RocketMQ: GetConsumeStatsRequestHeader.</summary>
/// <param name="ConsumerGroup">The consumer's group.</param>
/// <param name="Topic">The only topic wanted; null for all of the group.</param>
public sealed record ConsumeStatsRequest(string ConsumerGroup, string? Topic)
{
    /// <summary>Reads the request; false with a sentence for the sender if a field is missing or wrong.</summary>
    public static bool TryRead(CommandReader command, out ConsumeStatsRequest request, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(command);
        var fields = new FieldParser(command);
        request = new ConsumeStatsRequest(
            fields.RequiredString("consumerGroup"u8),
            fields.OptionalString("topic"u8));
        problem = fields.Problem;
        return problem is null;
    }
}

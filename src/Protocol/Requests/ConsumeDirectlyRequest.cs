using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Protocol.Requests;

/// <summary>Has a consumer consume one message: 309. RocketMQ: ConsumeMessageDirectlyResultRequestHeader.</summary>
/// <param name="ConsumerGroup">The consumer group.</param>
/// <param name="ClientId">The member; null for any.</param>
/// <param name="MessageId">The identifier of the message. RocketMQ: msgId.</param>
/// <param name="Topic">The topic of the message (5.x); null when the client does not say.</param>
public sealed record ConsumeDirectlyRequest(string ConsumerGroup, string? ClientId, string MessageId, string? Topic)
{
    /// <summary>Reads the request; false with a sentence for the sender if a field is missing or wrong.</summary>
    public static bool TryRead(CommandReader command, out ConsumeDirectlyRequest request, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(command);
        var fields = new FieldParser(command);
        request = new ConsumeDirectlyRequest(
            fields.RequiredString("consumerGroup"u8), fields.OptionalString("clientId"u8),
            fields.RequiredString("msgId"u8), fields.OptionalString("topic"u8));
        problem = fields.Problem;
        return problem is null;
    }
}

using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Protocol.Requests;

/// <summary>Says that a client leaves its groups: 35. RocketMQ: UnregisterClientRequestHeader.</summary>
/// <param name="ClientId">The client.</param>
/// <param name="ProducerGroup">The producer group that it leaves; null for none.</param>
/// <param name="ConsumerGroup">The consumer group that it leaves; null for none.</param>
public sealed record UnregisterClientRequest(string ClientId, string? ProducerGroup, string? ConsumerGroup)
{
    /// <summary>Reads the request; false with a sentence for the sender if a field is missing or wrong.</summary>
    public static bool TryRead(CommandReader command, out UnregisterClientRequest request, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(command);
        var fields = new FieldParser(command);
        request = new UnregisterClientRequest(
            fields.RequiredString("clientID"u8),
            fields.OptionalString("producerGroup"u8),
            fields.OptionalString("consumerGroup"u8));
        problem = fields.Problem;
        return problem is null;
    }
}

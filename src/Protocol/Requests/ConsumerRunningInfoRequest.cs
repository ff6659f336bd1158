using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Protocol.Requests;

/// <summary>Asks how a consumer runs: 307. RocketMQ: GetConsumerRunningInfoRequestHeader.</summary>
/// <param name="ConsumerGroup">The consumer group.</param>
/// <param name="ClientId">The member.</param>
public sealed record ConsumerRunningInfoRequest(string ConsumerGroup, string ClientId)
{
    /// <summary>Reads the request; false with a sentence for the sender if a field is missing or wrong.</summary>
    public static bool TryRead(CommandReader command, out ConsumerRunningInfoRequest request, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(command);
        var fields = new FieldParser(command);
        request = new ConsumerRunningInfoRequest(
            fields.RequiredString("consumerGroup"u8), fields.RequiredString("clientId"u8));
        problem = fields.Problem;
        return problem is null;
    }
}

using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Protocol.Requests;

/// <summary>Asks on which brokers a topic lives: 105. RocketMQ: GetRouteInfoRequestHeader.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="AcceptsStandardJsonOnly">Whether the client cannot read unquoted keys.</param>
public sealed record GetRouteRequest(string Topic, bool AcceptsStandardJsonOnly)
{
    /// <summary>Reads the request; false with a sentence for the sender if a field is missing or wrong.</summary>
    public static bool TryRead(CommandReader command, out GetRouteRequest request, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(command);
        var fields = new FieldParser(command);
        request = new GetRouteRequest(
            fields.RequiredString("topic"u8),
            fields.OptionalBoolean("acceptStandardJsonOnly"u8));
        problem = fields.Problem;
        return problem is null;
    }
}

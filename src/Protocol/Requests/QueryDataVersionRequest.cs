using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Protocol.Requests;

/// <summary>
/// Asks whether a name server knows a broker's topics of a version: 322. RocketMQ: QueryDataVersionRequestHeader.
/// </summary>
/// <param name="BrokerName">The broker's name.</param>
/// <param name="BrokerAddress">Its address.</param>
/// <param name="ClusterName">Its cluster.</param>
public sealed record QueryDataVersionRequest(string BrokerName, string BrokerAddress, string ClusterName)
{
    /// <summary>Reads the request; false with a sentence for the sender if a field is missing or wrong.</summary>
    public static bool TryRead(CommandReader command, out QueryDataVersionRequest request, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(command);
        var fields = new FieldParser(command);
        request = new QueryDataVersionRequest(
            fields.RequiredString("brokerName"u8),
            fields.RequiredString("brokerAddr"u8),
            fields.RequiredString("clusterName"u8));
        problem = fields.Problem;
        return problem is null;
    }
}

using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Protocol.Requests;

/// <summary>
/// Asks for the connections of a producer group: 204. RocketMQ: GetProducerConnectionListRequestHeader.
/// </summary>
/// <param name="ProducerGroup">The producer's group.</param>
public sealed record ProducerConnectionRequest(string ProducerGroup)
{
    /// <summary>Reads the request; false with a sentence for the sender if a field is missing or wrong.</summary>
    public static bool TryRead(CommandReader command, out ProducerConnectionRequest request, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(command);
        var fields = new FieldParser(command);
        request = new ProducerConnectionRequest(fields.RequiredString("producerGroup"u8));
        problem = fields.Problem;
        return problem is null;
    }
}

using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Protocol.Requests;

/// <summary>
/// Takes a broker out of the routes of producers, 205, or puts it back, 327. RocketMQ:
/// WipeWritePermOfBrokerRequestHeader and AddWritePermOfBrokerRequestHeader.
/// </summary>
/// <param name="BrokerName">The broker.</param>
public sealed record BrokerPermissionRequest(string BrokerName)
{
    /// <summary>Reads the request; false with a sentence for the sender if a field is missing or wrong.</summary>
    public static bool TryRead(CommandReader command, out BrokerPermissionRequest request, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(command);
        var fields = new FieldParser(command);
        request = new BrokerPermissionRequest(fields.RequiredString("brokerName"u8));
        problem = fields.Problem;
        return problem is null;
    }
}

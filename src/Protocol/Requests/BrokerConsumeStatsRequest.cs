using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Protocol.Requests;

/// <summary>Asks how far all groups are: 317. RocketMQ: GetConsumeStatsInBrokerHeader.</summary>
/// <param name="OnlyOrdered">Whether only topics that keep order are asked about.</param>
public readonly record struct BrokerConsumeStatsRequest(bool OnlyOrdered)
{
    /// <summary>Reads the request; false with a sentence for the sender if a field is missing or wrong.</summary>
    public static bool TryRead(CommandReader command, out BrokerConsumeStatsRequest request, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(command);
        var fields = new FieldParser(command);
        request = new BrokerConsumeStatsRequest(fields.RequiredBoolean("isOrder"u8));
        problem = fields.Problem;
        return problem is null;
    }
}

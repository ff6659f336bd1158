using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Protocol.Requests;

/// <summary>Asks what was counted: 315. RocketMQ: ViewBrokerStatsDataRequestHeader.</summary>
/// <param name="Name">What is counted.</param>
/// <param name="Key">Of what.</param>
public sealed record ViewStatisticsRequest(string Name, string Key)
{
    /// <summary>Reads the request; false with a sentence for the sender if a field is missing or wrong.</summary>
    public static bool TryRead(CommandReader command, out ViewStatisticsRequest request, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(command);
        var fields = new FieldParser(command);
        request = new ViewStatisticsRequest(
            fields.RequiredString("statsName"u8), fields.RequiredString("statsKey"u8));
        problem = fields.Problem;
        return problem is null;
    }
}

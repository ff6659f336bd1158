using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Protocol.Requests;

/// <summary>
/// Asks how far the slowest group of a topic is, compared with one: 308. RocketMQ: QueryCorrectionOffsetHeader.
/// </summary>
/// <param name="Topic">The topic.</param>
/// <param name="CompareGroup">The group that is compared.</param>
/// <param name="FilterGroups">Groups that do not count, separated by commas; null for none.</param>
public sealed record CorrectionOffsetRequest(string Topic, string CompareGroup, string? FilterGroups)
{
    /// <summary>Reads the request; false with a sentence for the sender if a field is missing or wrong.</summary>
    public static bool TryRead(CommandReader command, out CorrectionOffsetRequest request, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(command);
        var fields = new FieldParser(command);
        request = new CorrectionOffsetRequest(
            fields.RequiredString("topic"u8), fields.RequiredString("compareGroup"u8),
            fields.OptionalString("filterGroups"u8));
        problem = fields.Problem;
        return problem is null;
    }
}

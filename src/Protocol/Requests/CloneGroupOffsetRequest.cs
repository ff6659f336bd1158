using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Protocol.Requests;

/// <summary>Sends a group to where another one is: 314. RocketMQ: CloneGroupOffsetRequestHeader.</summary>
/// <param name="SourceGroup">The group that is copied. RocketMQ: srcGroup.</param>
/// <param name="DestinationGroup">The group that is sent there. RocketMQ: destGroup.</param>
/// <param name="Topic">The only topic meant; null for all.</param>
/// <param name="IsOffline">Whether topics count that the source does not subscribe to now. RocketMQ: offline.</param>
public sealed record CloneGroupOffsetRequest(
    string SourceGroup, string DestinationGroup, string? Topic, bool IsOffline)
{
    /// <summary>Reads the request; false with a sentence for the sender if a field is missing or wrong.</summary>
    public static bool TryRead(CommandReader command, out CloneGroupOffsetRequest request, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(command);
        var fields = new FieldParser(command);
        request = new CloneGroupOffsetRequest(
            fields.RequiredString("srcGroup"u8), fields.RequiredString("destGroup"u8),
            fields.OptionalString("topic"u8), fields.OptionalBoolean("offline"u8));
        problem = fields.Problem;
        return problem is null;
    }
}

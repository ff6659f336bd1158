using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Protocol.Requests;

/// <summary>Removes a consumer group: 207. RocketMQ: DeleteSubscriptionGroupRequestHeader.</summary>
/// <param name="GroupName">The group.</param>
/// /// <param name="RemovesOffsets">Whether its committed offsets go too. RocketMQ: removeOffset in 4.x, cleanOffset
/// in 5.x.</param>
public sealed record DeleteSubscriptionGroupRequest(string GroupName, bool RemovesOffsets)
{
    /// <summary>Reads the request; false with a sentence for the sender if a field is missing or wrong.</summary>
    public static bool TryRead(CommandReader command, out DeleteSubscriptionGroupRequest request, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(command);
        var fields = new FieldParser(command);
        request = new DeleteSubscriptionGroupRequest(
            fields.RequiredString("groupName"u8),
            fields.OptionalBoolean("removeOffset"u8) | fields.OptionalBoolean("cleanOffset"u8));
        problem = fields.Problem;
        return problem is null;
    }
}

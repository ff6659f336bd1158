using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Protocol.Requests;

/// <summary>Asks for the record at a physical offset: 33. RocketMQ: ViewMessageRequestHeader.</summary>
/// <param name="PhysicalOffset">Where the record stands in the log.</param>
public sealed record ViewMessageRequest(long PhysicalOffset)
{
    /// <summary>Reads the request; false with a sentence for the sender if a field is missing or wrong.</summary>
    public static bool TryRead(CommandReader command, out ViewMessageRequest request, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(command);
        var fields = new FieldParser(command);
        request = new ViewMessageRequest(fields.RequiredInt64("offset"u8));
        problem = fields.Problem;
        return problem is null;
    }
}

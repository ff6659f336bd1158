using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Protocol.Requests;

/// <summary>Calls back a delayed message: 370. RocketMQ: RecallMessageRequestHeader.</summary>
/// <param name="Topic">The topic that the message is for.</param>
/// <param name="RecallHandle">What the send was answered with.</param>
public sealed record RecallMessageRequest(string Topic, string RecallHandle)
{
    /// <summary>Reads the request; false with a sentence for the sender if a field is missing or wrong.</summary>
    public static bool TryRead(CommandReader command, out RecallMessageRequest request, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(command);
        var fields = new FieldParser(command);
        request = new RecallMessageRequest(
            fields.RequiredString("topic"u8),
            fields.RequiredString("recallHandle"u8));
        problem = fields.Problem;
        return problem is null;
    }
}

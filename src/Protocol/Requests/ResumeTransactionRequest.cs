using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Protocol.Requests;

/// <summary>
/// Has the producer of a parked half message asked again: 323. RocketMQ: ResumeCheckHalfMessageRequestHeader.
/// </summary>
/// <param name="MessageId">The offset message id of the half message, or of its parked copy.</param>
public sealed record ResumeTransactionRequest(string MessageId)
{
    /// <summary>Reads the request; false with a sentence for the sender if a field is missing or wrong.</summary>
    public static bool TryRead(CommandReader command, out ResumeTransactionRequest request, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(command);
        var fields = new FieldParser(command);
        request = new ResumeTransactionRequest(fields.RequiredString("msgId"u8));
        problem = fields.Problem;
        return problem is null;
    }
}

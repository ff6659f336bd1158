using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Protocol.Requests;

/// <summary>Shows one dead letter: 30023.</summary>
/// <param name="Group">The group that gave it up.</param>
/// <param name="MessageId">The identifier of the dead letter, or the one that the producer gave.</param>
public sealed record ShowDeadLetterRequest(string Group, string MessageId)
{
    /// <summary>Reads the request; false with a sentence for the sender if a field is missing or wrong.</summary>
    public static bool TryRead(CommandReader command, out ShowDeadLetterRequest request, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(command);
        var fields = new FieldParser(command);
        request = new ShowDeadLetterRequest(fields.RequiredString("group"u8), fields.RequiredString("msgId"u8));
        problem = fields.Problem;
        return problem is null;
    }
}

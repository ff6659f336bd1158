using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Protocol.Requests;

/// <summary>Asks what happened to a message: 30031.</summary>
/// <param name="Id">
/// The broker's identifier of the message; with a topic also the producer's identifier, or a key.
/// </param>
/// <param name="Topic">The topic; null when the broker's identifier is given.</param>
/// <param name="Group">The one group that is of interest; null for all that have to do with the topic.</param>
/// <param name="MaxCount">The most messages wanted; the broker has a limit of its own.</param>
public sealed record TraceMessageRequest(string Id, string? Topic, string? Group, int MaxCount)
{
    private const int DefaultCount = 8;

    /// <summary>Reads the request; false with a sentence for the sender if a field is missing or wrong.</summary>
    public static bool TryRead(CommandReader command, out TraceMessageRequest request, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(command);
        var fields = new FieldParser(command);
        request = new TraceMessageRequest(
            fields.RequiredString("msgId"u8),
            fields.OptionalString("topic"u8),
            fields.OptionalString("group"u8),
            fields.OptionalInt32("maxNum"u8, DefaultCount));
        problem = fields.Problem;
        return problem is null;
    }
}

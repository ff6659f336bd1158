using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Protocol.Requests;

/// <summary>Lists the dead letters of a group, a page at a time: 30022.</summary>
/// <param name="Group">The group that gave them up.</param>
/// <param name="Topic">Only those that came from this topic; null for all.</param>
/// <param name="BeginTimestamp">Dead since this Unix time in milliseconds or later.</param>
/// <param name="EndTimestamp">Dead at this time or before.</param>
/// <param name="MaxCount">The most wanted; the broker has a limit of its own.</param>
/// <param name="Cursor">Where the page before ended; null for the first.</param>
public sealed record ListDeadLettersRequest(
    string Group, string? Topic, long BeginTimestamp, long EndTimestamp, int MaxCount, string? Cursor)
{
    private const int DefaultCount = 32;

    /// <summary>Reads the request; false with a sentence for the sender if a field is missing or wrong.</summary>
    public static bool TryRead(CommandReader command, out ListDeadLettersRequest request, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(command);
        var fields = new FieldParser(command);
        request = new ListDeadLettersRequest(
            fields.RequiredString("group"u8),
            fields.OptionalString("topic"u8),
            fields.OptionalInt64("beginTimestamp"u8, 0),
            fields.OptionalInt64("endTimestamp"u8, long.MaxValue),
            fields.OptionalInt32("maxNum"u8, DefaultCount),
            fields.OptionalString("cursor"u8));
        problem = fields.Problem;
        return problem is null;
    }
}

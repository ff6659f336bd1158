using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Protocol.Requests;

/// <summary>Sends dead letters of a group again, some or a page of all: 30024.</summary>
/// <param name="Group">The group that gave them up.</param>
/// <param name="MessageIds">Which, as for 30023; empty for all that the other fields select.</param>
/// <param name="Topic">Only those that came from this topic; null for all.</param>
/// <param name="BeginTimestamp">Dead since this Unix time in milliseconds or later.</param>
/// <param name="EndTimestamp">Dead at this time or before.</param>
/// <param name="MaxCount">The most wanted; the broker has a limit of its own.</param>
/// <param name="Cursor">Where the page before ended; null for the first.</param>
/// <param name="ToTopic">Whether all groups are to see them, not only the one that gave them up.</param>
/// <param name="IsDryRun">Whether to say only what would be sent.</param>
/// <param name="IsForced">Whether to send also those that were sent before.</param>
public sealed record ResendDeadLettersRequest(
    string Group,
    IReadOnlyList<string> MessageIds,
    string? Topic,
    long BeginTimestamp,
    long EndTimestamp,
    int MaxCount,
    string? Cursor,
    bool ToTopic,
    bool IsDryRun,
    bool IsForced)
{
    private const int DefaultCount = 32;

    /// <summary>Reads the request; false with a sentence for the sender if a field is missing or wrong.</summary>
    public static bool TryRead(CommandReader command, out ResendDeadLettersRequest request, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(command);
        var fields = new FieldParser(command);
        request = new ResendDeadLettersRequest(
            fields.RequiredString("group"u8),
            (fields.OptionalString("msgIds"u8) ?? "").Split(
                ',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
            fields.OptionalString("topic"u8),
            fields.OptionalInt64("beginTimestamp"u8, 0),
            fields.OptionalInt64("endTimestamp"u8, long.MaxValue),
            fields.OptionalInt32("maxNum"u8, DefaultCount),
            fields.OptionalString("cursor"u8),
            fields.OptionalBoolean("toTopic"u8),
            fields.OptionalBoolean("dryRun"u8),
            fields.OptionalBoolean("force"u8));
        problem = fields.Problem;
        return problem is null;
    }
}

using System.Text;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Protocol.Requests;

/// <summary>Asks for the queue offset that belongs to a store time: 29. RocketMQ: SearchOffsetRequestHeader.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="QueueId">The queue within the topic.</param>
/// <param name="Timestamp">The store time, Unix milliseconds.</param>
/// /// <param name="IsUpperBoundary">Whether the last of several messages of that time is meant (5.x), not the first.
/// Missing: false. RocketMQ: boundaryType.</param>
public sealed record SearchOffsetRequest(string Topic, int QueueId, long Timestamp, bool IsUpperBoundary)
{
    /// <summary>Reads the request; false with a sentence for the sender if a field is missing or wrong.</summary>
    public static bool TryRead(CommandReader command, out SearchOffsetRequest request, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(command);
        var fields = new FieldParser(command);
        request = new SearchOffsetRequest(
            fields.RequiredString("topic"u8),
            fields.RequiredInt32("queueId"u8),
            fields.RequiredInt64("timestamp"u8),
            IsUpper(fields.OptionalText("boundaryType"u8)));
        problem = fields.Problem;
        return problem is null;
    }

    private static bool IsUpper(ReadOnlySpan<byte> boundaryType) =>
        Ascii.EqualsIgnoreCase(boundaryType, "upper"u8);
}

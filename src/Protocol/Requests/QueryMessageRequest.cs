using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Protocol.Requests;

/// <summary>Looks for messages by key: 12. RocketMQ: QueryMessageRequestHeader.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Key">The key, or the unique key.</param>
/// <param name="MaxCount">The most messages wanted. RocketMQ: maxNum.</param>
/// <param name="BeginTimestamp">The earliest store time, Unix milliseconds.</param>
/// <param name="EndTimestamp">The latest store time, Unix milliseconds.</param>
/// <param name="IsUniqueKeyQuery">Whether only unique keys are to be searched. RocketMQ: _UNIQUE_KEY_QUERY.</param>
public sealed record QueryMessageRequest(
    string Topic,
    string Key,
    int MaxCount,
    long BeginTimestamp,
    long EndTimestamp,
    bool IsUniqueKeyQuery)
{
    /// <summary>Reads the request; false with a sentence for the sender if a field is missing or wrong.</summary>
    public static bool TryRead(CommandReader command, out QueryMessageRequest request, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(command);
        var fields = new FieldParser(command);
        request = new QueryMessageRequest(
            fields.RequiredString("topic"u8),
            fields.RequiredString("key"u8),
            fields.RequiredInt32("maxNum"u8),
            fields.RequiredInt64("beginTimestamp"u8),
            fields.RequiredInt64("endTimestamp"u8),
            fields.OptionalBoolean("_UNIQUE_KEY_QUERY"u8));
        problem = fields.Problem;
        return problem is null;
    }
}

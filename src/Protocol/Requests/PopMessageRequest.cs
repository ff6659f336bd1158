using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Protocol.Requests;

/// <summary>Takes messages that are acknowledged one by one: 200050. RocketMQ: PopMessageRequestHeader.</summary>
public sealed record PopMessageRequest
{
    /// <summary>The value of <c>initMode</c> for a group that begins at the end of the queues.</summary>
    private const int BeginAtEnd = 1;

    /// <summary>The consumer's group.</summary>
    public required string ConsumerGroup { get; init; }

    /// <summary>The topic.</summary>
    public required string Topic { get; init; }

    /// <summary>The queue; below 0 for any of the topic.</summary>
    public int QueueId { get; init; } = -1;

    /// <summary>The most messages wanted. RocketMQ: maxMsgNums.</summary>
    public int MaxMessages { get; init; } = 1;

    /// <summary>For how long nobody else gets the messages, in milliseconds.</summary>
    public long InvisibleMilliseconds { get; init; }

    /// <summary>How long the broker may hold the request, in milliseconds; 0 not to wait.</summary>
    public long PollMilliseconds { get; init; }

    /// <summary>Whether a new group begins at the end of the queues. RocketMQ: initMode.</summary>
    public bool BeginsAtEnd { get; init; }

    /// <summary>TAG or SQL92, UTF-8; empty means TAG.</summary>
    public ReadOnlyMemory<byte> ExpressionType { get; init; }

    /// <summary>The filter expression, UTF-8; empty for all messages.</summary>
    public ReadOnlyMemory<byte> Expression { get; init; }

    /// <summary>Whether the messages of one message group come in their order.</summary>
    public bool IsOrdered { get; init; }

    /// <summary>Reads the request; false with a sentence for the sender if a field is missing or wrong.</summary>
    public static bool TryRead(CommandReader command, out PopMessageRequest request, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(command);
        var fields = new FieldParser(command);
        request = new PopMessageRequest
        {
            ConsumerGroup = fields.RequiredString("consumerGroup"u8),
            Topic = fields.RequiredString("topic"u8),
            QueueId = fields.RequiredInt32("queueId"u8),
            MaxMessages = fields.RequiredInt32("maxMsgNums"u8),
            InvisibleMilliseconds = fields.RequiredInt64("invisibleTime"u8),
            PollMilliseconds = fields.OptionalInt64("pollTime"u8, 0),
            BeginsAtEnd = fields.OptionalInt32("initMode"u8, 0) == BeginAtEnd,
            ExpressionType = fields.OptionalText("expType"u8).ToArray(),
            Expression = fields.OptionalText("exp"u8).ToArray(),
            IsOrdered = fields.OptionalBoolean("order"u8),
        };
        problem = fields.Problem;
        return problem is null;
    }
}

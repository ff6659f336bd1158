using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Protocol.Requests;

/// <summary>
/// A read of one queue: 11 and 361. All slices are valid until the reader's next command. RocketMQ:
/// PullMessageRequestHeader.
/// </summary>
public readonly ref struct PullMessageRequest
{
    private PullMessageRequest(scoped ref FieldParser fields)
    {
        ConsumerGroup = fields.RequiredText("consumerGroup"u8);
        Topic = fields.RequiredText("topic"u8);
        QueueId = fields.RequiredInt32("queueId"u8);
        QueueOffset = fields.RequiredInt64("queueOffset"u8);
        MaxMessages = fields.RequiredInt32("maxMsgNums"u8);
        Flags = (PullFlags)fields.RequiredInt32("sysFlag"u8);
        CommitOffset = fields.RequiredInt64("commitOffset"u8);
        SuspendTimeoutMilliseconds = fields.RequiredInt64("suspendTimeoutMillis"u8);
        Subscription = fields.OptionalText("subscription"u8);
        SubscriptionVersion = fields.RequiredInt64("subVersion"u8);
        ExpressionType = fields.OptionalText("expressionType"u8);
        MaxBytes = fields.OptionalInt32("maxMsgBytes"u8, 0);
    }

    /// <summary>The consumer's group.</summary>
    public ReadOnlySpan<byte> ConsumerGroup { get; }

    /// <summary>The topic.</summary>
    public ReadOnlySpan<byte> Topic { get; }

    /// <summary>The queue within the topic.</summary>
    public int QueueId { get; }

    /// <summary>The queue offset to read from.</summary>
    public long QueueOffset { get; }

    /// <summary>The most messages wanted. RocketMQ: maxMsgNums.</summary>
    public int MaxMessages { get; }

    /// <summary>What the request does besides reading.</summary>
    public PullFlags Flags { get; }

    /// <summary>The offset to commit if <see cref="PullFlags.CommitOffset"/> is set.</summary>
    public long CommitOffset { get; }

    /// <summary>How long the broker may hold the request if <see cref="PullFlags.Suspend"/> is set.</summary>
    public long SuspendTimeoutMilliseconds { get; }

    /// <summary>The filter expression if <see cref="PullFlags.Subscription"/> is set; may be empty.</summary>
    public ReadOnlySpan<byte> Subscription { get; }

    /// <summary>The version of the client's subscription. RocketMQ: subVersion.</summary>
    public long SubscriptionVersion { get; }

    /// <summary>TAG or SQL92; empty means TAG.</summary>
    public ReadOnlySpan<byte> ExpressionType { get; }

    /// <summary>The most message bytes wanted (5.x); 0 if the client names no limit.</summary>
    public int MaxBytes { get; }

    /// <summary>Reads the request; false with a sentence for the sender if a field is missing or wrong.</summary>
    public static bool TryRead(CommandReader command, out PullMessageRequest request, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(command);
        var fields = new FieldParser(command);
        request = new PullMessageRequest(ref fields);
        problem = fields.Problem;
        return problem is null;
    }
}

using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Protocol.Requests;

/// <summary>
/// Asks for a group's committed offset: 14. All slices are valid until the reader's next command. RocketMQ:
/// QueryConsumerOffsetRequestHeader.
/// </summary>
public readonly ref struct QueryConsumerOffsetRequest
{
    private QueryConsumerOffsetRequest(scoped ref FieldParser fields)
    {
        ConsumerGroup = fields.RequiredText("consumerGroup"u8);
        Topic = fields.RequiredText("topic"u8);
        QueueId = fields.RequiredInt32("queueId"u8);
        IsZeroWhenNotFound = fields.OptionalBoolean("setZeroIfNotFound"u8, whenMissing: true);
    }

    /// <summary>The consumer's group.</summary>
    public ReadOnlySpan<byte> ConsumerGroup { get; }

    /// <summary>The topic.</summary>
    public ReadOnlySpan<byte> Topic { get; }

    /// <summary>The queue within the topic.</summary>
    public int QueueId { get; }

    /// <summary>
    /// Whether a broker that has the queue from its beginning may answer 0 where nothing is committed (5.x). Missing:
    /// true. RocketMQ: setZeroIfNotFound.
    /// </summary>
    public bool IsZeroWhenNotFound { get; }

    /// <summary>Reads the request; false with a sentence for the sender if a field is missing or wrong.</summary>
    public static bool TryRead(CommandReader command, out QueryConsumerOffsetRequest request, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(command);
        var fields = new FieldParser(command);
        request = new QueryConsumerOffsetRequest(ref fields);
        problem = fields.Problem;
        return problem is null;
    }
}

using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Protocol.Requests;

/// <summary>
/// Commits a group's offset: 15. All slices are valid until the reader's next command. RocketMQ:
/// UpdateConsumerOffsetRequestHeader.
/// </summary>
public readonly ref struct UpdateConsumerOffsetRequest
{
    private UpdateConsumerOffsetRequest(scoped ref FieldParser fields)
    {
        ConsumerGroup = fields.RequiredText("consumerGroup"u8);
        Topic = fields.RequiredText("topic"u8);
        QueueId = fields.RequiredInt32("queueId"u8);
        CommitOffset = fields.RequiredInt64("commitOffset"u8);
    }

    /// <summary>The consumer's group.</summary>
    public ReadOnlySpan<byte> ConsumerGroup { get; }

    /// <summary>The topic.</summary>
    public ReadOnlySpan<byte> Topic { get; }

    /// <summary>The queue within the topic.</summary>
    public int QueueId { get; }

    /// <summary>The offset behind the last message consumed.</summary>
    public long CommitOffset { get; }

    /// <summary>Reads the request; false with a sentence for the sender if a field is missing or wrong.</summary>
    public static bool TryRead(CommandReader command, out UpdateConsumerOffsetRequest request, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(command);
        var fields = new FieldParser(command);
        request = new UpdateConsumerOffsetRequest(ref fields);
        problem = fields.Problem;
        return problem is null;
    }
}

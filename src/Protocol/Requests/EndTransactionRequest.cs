using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Protocol.Requests;

/// <summary>
/// Says what became of a transaction: 37, one way. RocketMQ: EndTransactionRequestHeader.
/// </summary>
/// <param name="ProducerGroup">The producer's group.</param>
/// <param name="HalfQueueOffset">The half message's place in its queue, as the send was answered.</param>
/// <param name="PhysicalOffset">Where the half message stands in the log.</param>
/// <param name="Decision">8 to commit, 12 to roll back, 0 for not known yet.</param>
/// <param name="IsAnswerToCheck">Whether the broker had asked.</param>
/// <param name="MessageId">The producer's identifier of the message; null if the client does not say.</param>
public sealed record EndTransactionRequest(
    string ProducerGroup,
    long HalfQueueOffset,
    long PhysicalOffset,
    int Decision,
    bool IsAnswerToCheck,
    string? MessageId)
{
    /// <summary>The decision to commit.</summary>
    public const int Commit = 8;

    /// <summary>The decision to roll back.</summary>
    public const int Rollback = 12;

    /// <summary>No decision yet.</summary>
    public const int Unknown = 0;

    /// <summary>Reads the request; false with a sentence for the sender if a field is missing or wrong.</summary>
    public static bool TryRead(CommandReader command, out EndTransactionRequest request, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(command);
        var fields = new FieldParser(command);
        request = new EndTransactionRequest(
            fields.RequiredString("producerGroup"u8),
            fields.RequiredInt64("tranStateTableOffset"u8),
            fields.RequiredInt64("commitLogOffset"u8),
            fields.RequiredInt32("commitOrRollback"u8),
            fields.OptionalBoolean("fromTransactionCheck"u8),
            fields.OptionalString("msgId"u8));
        problem = fields.Problem;
        return problem is null;
    }
}

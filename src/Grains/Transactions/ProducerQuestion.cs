using OrleansMq.Broker.Transactions;

namespace OrleansMq.Grains.Transactions;

/// <summary>
/// A <see cref="TransactionQuestion"/> on its way to a producer at another broker; the record crosses as it is.
/// </summary>
[GenerateSerializer, Immutable, Alias("OrleansMq.ProducerQuestion")]
public readonly record struct ProducerQuestion(
    [property: Id(0)] string ProducerGroup, [property: Id(1)] long PhysicalOffset, [property: Id(2)] long QueueOffset,
    [property: Id(3)] string UniqueKey, [property: Id(4)] string MessageId,
    [property: Id(5)] ReadOnlyMemory<byte> Record)
{
    /// <summary>Wraps a question. Its record is not to be changed any more.</summary>
    public static ProducerQuestion Of(TransactionQuestion question)
    {
        ArgumentNullException.ThrowIfNull(question);
        return new ProducerQuestion(
            question.ProducerGroup, question.PhysicalOffset, question.QueueOffset, question.UniqueKey,
            question.MessageId, question.Record);
    }

    /// <summary>The question.</summary>
    public TransactionQuestion ToQuestion() =>
        new(ProducerGroup, PhysicalOffset, QueueOffset, UniqueKey, MessageId, Record.ToArray());
}

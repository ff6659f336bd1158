namespace OrleansMq.Broker.Transactions;

/// <summary>What a producer is asked about one of its transactions. RocketMQ: code 39.</summary>
/// <param name="ProducerGroup">The producers that may know.</param>
/// <param name="PhysicalOffset">Where the half message stands in the log; the decision names it.</param>
/// <param name="QueueOffset">Its place in the queue of half messages; the decision names it too.</param>
/// <param name="UniqueKey">The identifier that the producer gave the message, or empty.</param>
/// <param name="MessageId">The half message's offset message id.</param>
/// <param name="Record">The message as its producer sent it, encoded as a record.</param>
public sealed record TransactionQuestion(
    string ProducerGroup, long PhysicalOffset, long QueueOffset, string UniqueKey, string MessageId, byte[] Record);

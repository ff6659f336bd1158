namespace OrleansMq.Broker.Transactions;

/// <summary>A transaction that is not over, with what its half message says.</summary>
/// <param name="Half">What it is going through.</param>
/// <param name="ProducerGroup">The producers that may know.</param>
/// <param name="Topic">Where the message is for.</param>
/// <param name="QueueId">The queue that it is for.</param>
/// <param name="UniqueKey">The identifier that the producer gave the message, or empty.</param>
/// <param name="MessageId">The half message's offset message id.</param>
/// <param name="StoredMilliseconds">When it was stored, Unix milliseconds.</param>
public sealed record OpenTransaction(
    HalfMessage Half, string ProducerGroup, string Topic, int QueueId, string UniqueKey, string MessageId,
    long StoredMilliseconds);

/// <summary>Some of a broker's transactions that are not over, the oldest first.</summary>
/// <param name="Transactions">Those that were asked for.</param>
/// <param name="NextAfter">Behind which position the next page begins; null when there is none.</param>
public sealed record TransactionPage(IReadOnlyList<OpenTransaction> Transactions, long? NextAfter);

/// <summary>What became of the wish to have producers asked again.</summary>
/// <param name="Resumed">How many transactions are resumed.</param>
/// <param name="Left">How many are still parked; another call goes on with them.</param>
/// <param name="Refusal">Why it went no further; null when it did.</param>
public sealed record ResumeOutcome(int Resumed, int Left, Clustering.MetadataRefusal? Refusal);

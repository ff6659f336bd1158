using OrleansMq.Broker.Clustering;

namespace OrleansMq.Broker.Transactions;

/// <summary>
/// What the brokers of a cluster do for each other's transactions. Thread-safe. A broker that cannot be reached counts
/// as one without producers; nothing here fails.
/// </summary>
public interface ITransactionPeers
{
    /// <summary>Whether there are other brokers.</summary>
    bool HasOthers { get; }

    /// <summary>The other brokers to which a producer of a group is connected now.</summary>
    ValueTask<IReadOnlyList<string>> FindProducersAsync(string group);

    /// <summary>Has another broker ask one of its producers; whether it did.</summary>
    ValueTask<bool> AskAsync(string broker, TransactionQuestion question);

    /// <summary>Ends a transaction where its half message stands; the refusal, or null once it is stored.</summary>
    /// <param name="broker">The broker that has the half message.</param>
    /// <param name="producerGroup">The group of its producer, or null for an operator.</param>
    /// <param name="physicalOffset">Where it stands in that broker's log.</param>
    /// <param name="outcome">How it ends.</param>
    ValueTask<MetadataRefusal?> EndAsync(
        string broker, string? producerGroup, long physicalOffset, TransactionOutcome outcome);

    /// <summary>A page of the transactions of another broker that are not over; null when it cannot be had.</summary>
    ValueTask<TransactionPage?> ListAsync(string broker, TransactionFilter filter);

    /// <summary>Has another broker resume a parked transaction; the refusal, or null once it is stored.</summary>
    ValueTask<MetadataRefusal?> ResumeAsync(string broker, long physicalOffset);

    /// <summary>Has another broker resume the parked transactions of a producer group.</summary>
    ValueTask<ResumeOutcome> ResumeAllAsync(string broker, string producerGroup);
}

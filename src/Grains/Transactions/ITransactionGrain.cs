using OrleansMq.Broker.Clustering;
using OrleansMq.Broker.Transactions;

namespace OrleansMq.Grains.Transactions;

/// <summary>
/// The transactions of a broker that are not over. The key is the broker's name; it runs on the silo that owns the log
/// and has no state: after a crash the broker reads from its log what is undecided.
/// </summary>
[Alias("OrleansMq.Transactions")]
public interface ITransactionGrain : IGrainWithStringKey
{
    /// <summary>Those that are not over, the oldest first.</summary>
    /// <param name="state">Only those in this state; null for all.</param>
    /// <param name="maxCount">The most to return, 1 to 10,000.</param>
    [Alias("List")]
    Task<HalfMessage[]> List(TransactionState? state, int maxCount);

    /// <summary>
    /// Commits a transaction or rolls it back, parked or not; the same end once more changes nothing. Durable as the
    /// broker promises when the task completes.
    /// </summary>
    /// <param name="physicalOffset">Where the half message stands.</param>
    /// <param name="outcome">How it ends.</param>
    /// <exception cref="Queues.MessageRefusedException">There is none, or it ended the other way.</exception>
    [Alias("End")]
    Task End(long physicalOffset, TransactionOutcome outcome);

    /// <summary>The same, as a producer of a group says it; a refusal is the result, null if there is none.</summary>
    /// <param name="physicalOffset">Where the half message stands.</param>
    /// <param name="outcome">How it ends.</param>
    /// <param name="producerGroup">The group that the half message must be of; null for an operator.</param>
    [Alias("TryEnd")]
    Task<MetadataRefusal?> TryEnd(long physicalOffset, TransactionOutcome outcome, string? producerGroup);

    /// <summary>A page of those that are not over, with what their half messages say.</summary>
    [Alias("ListOpen")]
    Task<TransactionPage> ListOpen(TransactionFilter filter);

    /// <summary>The same as <see cref="Resume"/>; a refusal is the result, null if there is none.</summary>
    [Alias("TryResume")]
    Task<MetadataRefusal?> TryResume(long physicalOffset);

    /// <summary>Has the producers asked again of all parked transactions of their group.</summary>
    [Alias("ResumeAll")]
    Task<ResumeOutcome> ResumeAll(string producerGroup);

    /// <summary>Has the producer of a parked transaction asked again, from the first check on.</summary>
    /// <param name="physicalOffset">Where the half message stands, or its parked copy.</param>
    /// <exception cref="Queues.MessageRefusedException">None is parked there.</exception>
    [Alias("Resume")]
    Task Resume(long physicalOffset);
}

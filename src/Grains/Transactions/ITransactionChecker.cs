using OrleansMq.Broker.Transactions;

namespace OrleansMq.Grains.Transactions;

/// <summary>
/// A grain of the application that knows what became of its transactions. A half message names it in the property
/// <c>TRAN_CHECKER</c> as <c>this.GetGrainId().ToString()</c>; it is asked in place of the producers, so that no
/// transaction hangs because the process that began it is gone.
/// </summary>
[Alias("OrleansMq.TransactionChecker")]
public interface ITransactionChecker : IGrainWithStringKey
{
    /// <summary>
    /// Tells what became of a transaction. An exception, or no answer within <c>DecisionTimeout</c>, counts as
    /// <see cref="TransactionDecision.Unknown"/>. May be asked more than once, also after it answered.
    /// </summary>
    [Alias("Check")]
    Task<TransactionDecision> Check(TransactionQuestion question);
}

/// <summary>What became of a transaction.</summary>
[GenerateSerializer, Alias("OrleansMq.TransactionDecision")]
public enum TransactionDecision
{
    /// <summary>Not known yet; to be asked again later.</summary>
    Unknown,

    /// <summary>The message is to be delivered.</summary>
    Commit,

    /// <summary>The message is to be forgotten.</summary>
    Rollback,
}

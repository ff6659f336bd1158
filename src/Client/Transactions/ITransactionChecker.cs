using OrleansMq.Client.Receiving;

namespace OrleansMq.Client.Transactions;

/// <summary>Knows what became of local work, whichever process did it, also after a restart.</summary>
public interface ITransactionChecker
{
    /// <summary>
    /// Tells what became of the work that a half message belongs to, from what the application keeps of it. Asked when
    /// nobody said so in time, possibly more than once, by any client of the producer group; not while
    /// this client does the work itself. An exception counts as <see cref="TransactionOutcome.Unknown"/>.
    /// </summary>
    /// <param name="message">The half message, as it would be delivered.</param>
    /// <param name="cancellation">Set when the producer is disposed.</param>
    ValueTask<TransactionOutcome> CheckAsync(ReceivedMessage message, CancellationToken cancellation);
}

/// <summary>The same as a delegate.</summary>
public delegate ValueTask<TransactionOutcome> TransactionCheck(
    ReceivedMessage message, CancellationToken cancellation);

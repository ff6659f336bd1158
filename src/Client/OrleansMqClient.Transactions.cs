using OrleansMq.Client.Receiving;
using OrleansMq.Client.Transactions;

namespace OrleansMq.Client;

/// <summary>Messages that belong to local work.</summary>
public sealed partial class OrleansMqClient
{
    private int _hasTransactionProducer;

    /// <summary>
    /// Makes a producer of transactions and makes it known to all brokers, so that they can ask it from then on: also
    /// about transactions that an earlier process of its group began. Needs a
    /// <see cref="ClientOptions.ProducerGroup"/> of its own; one for each client.
    /// </summary>
    /// <param name="checker">Knows how transactions ended.</param>
    /// <param name="options">Limits; null for the defaults.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="InvalidOperationException">
    /// The client has no producer group of its own, or such a producer already.
    /// </exception>
    /// <exception cref="ConnectionLostException">No broker can be reached.</exception>
    public async Task<TransactionProducer> CreateTransactionProducerAsync(
        ITransactionChecker checker, TransactionProducerOptions? options = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(checker);
        TransactionProducer producer = Claim(checker, options);
        try
        {
            await producer.StartAsync(cancellation).ConfigureAwait(false);
            return producer;
        }
        catch
        {
            await producer.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The same with a delegate as the checker.</summary>
    public Task<TransactionProducer> CreateTransactionProducerAsync(
        TransactionCheck check, TransactionProducerOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(check);
        return CreateTransactionProducerAsync(new DelegateChecker(check), options, cancellation);
    }

    /// <summary>
    /// Makes a producer of transactions about which grains are asked: each message names one, see
    /// <see cref="TransactionProducer.CheckerGrainProperty"/>. Nothing is done before a message is sent.
    /// </summary>
    /// <exception cref="InvalidOperationException">
    /// The client has no producer group of its own, or such a producer already.
    /// </exception>
    public TransactionProducer CreateTransactionProducer(TransactionProducerOptions? options = null) =>
        Claim(null, options);

    private TransactionProducer Claim(ITransactionChecker? checker, TransactionProducerOptions? options)
    {
        options ??= new TransactionProducerOptions();
        options.Check();
        if (Options.ProducerGroup is "" or ClientOptions.DefaultProducerGroup)
        {
            throw new InvalidOperationException(
                $"Brokers ask any client of a producer group how a transaction ended: set "
                + $"{nameof(ClientOptions)}.{nameof(ClientOptions.ProducerGroup)} to a name of the application's own, "
                + "the same in all its processes and after each restart.");
        }

        return Interlocked.Exchange(ref _hasTransactionProducer, 1) == 0
            ? new TransactionProducer(
                this, checker, options, () => Volatile.Write(ref _hasTransactionProducer, 0))
            : throw new InvalidOperationException(
                "This client has a transaction producer already, which is enough for all topics and threads; dispose "
                + "that one, or use another client.");
    }

    private sealed class DelegateChecker(TransactionCheck check) : ITransactionChecker
    {
        public ValueTask<TransactionOutcome> CheckAsync(ReceivedMessage message, CancellationToken cancellation) =>
            check(message, cancellation);
    }
}

using System.Runtime.CompilerServices;
using OrleansMq.Client.Brokers;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Requests;

namespace OrleansMq.Client.Administration;

/// <summary>Transactions that are not over, of all brokers; any of them is asked.</summary>
public sealed class TransactionAdmin
{
    private const int PageSize = 100;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly AdminCalls _calls;

    internal TransactionAdmin(AdminCalls calls) => _calls = calls;

    /// <summary>The transactions, by broker and age. Pages are asked for as they are needed.</summary>
    /// <param name="state">prepared, committing, rollingBack or parked; null for all.</param>
    /// <param name="producerGroup">Only those of this group; null for all.</param>
    /// <param name="brokerName">Only those of this broker; null for all.</param>
    /// <param name="unreachable">Takes the names of brokers that did not answer; null to do without.</param>
    /// <param name="cancellation">Gives up.</param>
    public async IAsyncEnumerable<TransactionInfo> ListAsync(
        string? state = null, string? producerGroup = null, string? brokerName = null,
        ICollection<string>? unreachable = null, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var request = new ListTransactionsRequest(brokerName, state, producerGroup, null, PageSize);
        do
        {
            ListTransactionsRequest page = request;
            TransactionList list = await AskAsync(
                transactions => transactions.ListAsync(page, cancellation), cancellation).ConfigureAwait(false);
            foreach (TransactionInfo transaction in list.Transactions)
                yield return transaction;
            foreach (string broker in list.Unreachable)
                unreachable?.Add(broker);
            request = request with { Cursor = list.Next };
        }
        while (request.Cursor is not null);
    }

    /// <summary>Commits a transaction or rolls it back; the same once more changes nothing.</summary>
    /// <param name="brokerName">The broker that has the half message.</param>
    /// <param name="physicalOffset">Where it stands in that broker's log.</param>
    /// <param name="isCommit">Whether it is committed.</param>
    /// <param name="cancellation">Gives up the wait; the transaction may be ended all the same.</param>
    /// <exception cref="RemotingException">It ended otherwise before, or is none.</exception>
    public Task EndAsync(
        string brokerName, long physicalOffset, bool isCommit, CancellationToken cancellation = default) => AskAsync(
        async transactions =>
        {
            await transactions.EndAsync(brokerName, physicalOffset, isCommit, cancellation).ConfigureAwait(false);
            return true;
        },
        cancellation);

    /// <summary>Has the producers of a parked transaction asked again.</summary>
    public Task<ResumedTransactions> ResumeAsync(
        string brokerName, long physicalOffset, CancellationToken cancellation = default) => AskAsync(
        transactions => transactions.ResumeAsync(brokerName, physicalOffset, cancellation), cancellation);

    /// <summary>Has the producers asked again of all parked transactions of their group.</summary>
    /// <param name="producerGroup">The group.</param>
    /// <param name="brokerName">Only those of this broker; null for all.</param>
    /// <param name="cancellation">Gives up the wait.</param>
    public Task<ResumedTransactions> ResumeGroupAsync(
        string producerGroup, string? brokerName = null, CancellationToken cancellation = default) => AskAsync(
        transactions => transactions.ResumeGroupAsync(producerGroup, brokerName, cancellation), cancellation);

    private async Task<T> AskAsync<T>(Func<TransactionAdministration, Task<T>> ask, CancellationToken cancellation)
    {
        (_, T answer) = await _calls.Client.AskSeedsAsync(
            broker => ask(new TransactionAdministration(broker, Patience)), cancellation).ConfigureAwait(false);
        return answer;
    }
}

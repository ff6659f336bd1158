using System.Globalization;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;
using OrleansMq.Protocol.Requests;

namespace OrleansMq.Client.Administration;

/// <summary>
/// What operators do with transactions that are not over. Any broker of a cluster can be asked for those of all.
/// Operations fail as those of <see cref="BrokerClient"/> do. Thread-safe.
/// </summary>
/// <param name="client">The connection to a broker.</param>
/// <param name="timeout">How long an answer may take.</param>
public sealed class TransactionAdministration(BrokerClient client, TimeSpan timeout)
{
    /// <summary>A page of the transactions, by broker and age.</summary>
    /// <param name="request">Which ones; the next page is asked for with what this one ends with.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<TransactionList> ListAsync(
        ListTransactionsRequest request, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        RemotingCommand command = RemotingCommand.Request(RequestCode.ListTransactions, 0);
        Set(command, "brokerName", request.BrokerName);
        Set(command, "state", request.State);
        Set(command, "producerGroup", request.ProducerGroup);
        Set(command, "cursor", request.Cursor);
        Set(command, "maxNum", Text(request.MaxCount));
        RemotingCommand answer = await CallAsync(command, cancellation).ConfigureAwait(false);
        return TransactionList.TryRead(answer.Body.Span, out TransactionList? list, out string? problem)
            ? list
            : throw new InvalidDataException(problem);
    }

    /// <summary>Commits a transaction or rolls it back; the same once more changes nothing.</summary>
    /// <param name="brokerName">The broker that has the half message.</param>
    /// <param name="physicalOffset">Where it stands in that broker's log.</param>
    /// <param name="isCommit">Whether it is committed.</param>
    /// <param name="cancellation">Gives up the wait; the transaction may be ended all the same.</param>
    public async Task EndAsync(
        string brokerName, long physicalOffset, bool isCommit, CancellationToken cancellation = default)
    {
        RemotingCommand command = RemotingCommand.Request(RequestCode.EndTransactionByOperator, 0);
        Set(command, "brokerName", brokerName);
        Set(command, "commitLogOffset", Text(physicalOffset));
        Set(command, "commitOrRollback", Text(
            isCommit ? EndTransactionRequest.Commit : EndTransactionRequest.Rollback));
        await CallAsync(command, cancellation).ConfigureAwait(false);
    }

    /// <summary>Has the producers of a parked transaction asked again.</summary>
    public Task<ResumedTransactions> ResumeAsync(
        string brokerName, long physicalOffset, CancellationToken cancellation = default) =>
        ResumeAsync(brokerName, Text(physicalOffset), null, cancellation);

    /// <summary>Has the producers asked again of all parked transactions of their group.</summary>
    /// <param name="producerGroup">The group.</param>
    /// <param name="brokerName">Only those of this broker; null for all.</param>
    /// <param name="cancellation">Gives up the wait.</param>
    public Task<ResumedTransactions> ResumeGroupAsync(
        string producerGroup, string? brokerName = null, CancellationToken cancellation = default) =>
        ResumeAsync(brokerName, null, producerGroup, cancellation);

    private async Task<ResumedTransactions> ResumeAsync(
        string? brokerName, string? physicalOffset, string? producerGroup, CancellationToken cancellation)
    {
        RemotingCommand command = RemotingCommand.Request(RequestCode.ResumeTransactions, 0);
        Set(command, "brokerName", brokerName);
        Set(command, "commitLogOffset", physicalOffset);
        Set(command, "producerGroup", producerGroup);
        RemotingCommand answer = await CallAsync(command, cancellation).ConfigureAwait(false);
        return ResumedTransactions.TryRead(answer.Body.Span, out ResumedTransactions? resumed, out string? problem)
            ? resumed
            : throw new InvalidDataException(problem);
    }

    private async Task<RemotingCommand> CallAsync(RemotingCommand command, CancellationToken cancellation)
    {
        RemotingCommand answer = await client.Connection.InvokeAsync(command, timeout, cancellation)
            .ConfigureAwait(false);
        return answer.Code == (int)ResponseCode.Success
            ? answer
            : throw new RemotingException((ResponseCode)answer.Code, answer.Remark);
    }

    private static void Set(RemotingCommand command, string name, string? value)
    {
        if (value is not null)
            command.Fields[name] = value;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}

using System.Globalization;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;
using OrleansMq.Protocol.Requests;

namespace OrleansMq.Client.Transactions;

/// <summary>Tells a broker what became of a transaction: 37.</summary>
/// <param name="Half">The two numbers by which the broker knows the half message.</param>
/// <param name="MessageId">The producer's identifier of it.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="IsAnswer">Whether the broker had asked.</param>
internal readonly record struct EndRequest(
    (string PhysicalOffset, string QueueOffset) Half, string MessageId, TransactionOutcome Outcome, bool IsAnswer)
{
    /// <summary>Sends it and waits for the answer; the same once more changes nothing.</summary>
    /// <exception cref="RemotingException">The transaction ended otherwise before.</exception>
    public async Task<bool> SendAsync(BrokerClient broker, CancellationToken cancellation)
    {
        var request = new RemotingCommand
        {
            Code = (int)RequestCode.EndTransaction, SerializeType = broker.Options.SerializeType,
        };
        request.Fields["producerGroup"] = broker.Options.ProducerGroup;
        request.Fields["tranStateTableOffset"] = Half.QueueOffset;
        request.Fields["commitLogOffset"] = Half.PhysicalOffset;
        request.Fields["commitOrRollback"] = DecisionOf(Outcome).ToString(CultureInfo.InvariantCulture);
        request.Fields["fromTransactionCheck"] = IsAnswer ? "true" : "false";
        request.Fields["msgId"] = MessageId;
        request.Fields["transactionId"] = MessageId;
        RemotingCommand answer = await broker.Connection.InvokeAsync(
            request, broker.Options.RequestTimeout, cancellation).ConfigureAwait(false);
        BrokerClient.Require(answer);
        return true;
    }

    private static int DecisionOf(TransactionOutcome outcome) => outcome switch
    {
        TransactionOutcome.Commit => EndTransactionRequest.Commit,
        TransactionOutcome.Rollback => EndTransactionRequest.Rollback,
        _ => EndTransactionRequest.Unknown,
    };
}

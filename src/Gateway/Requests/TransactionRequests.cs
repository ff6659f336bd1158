using OrleansMq.Broker.Clustering;
using OrleansMq.Broker.Nodes;
using OrleansMq.Broker.Transactions;
using OrleansMq.Messages.Identity;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Requests;

namespace OrleansMq.Gateway.Requests;

/// <summary>Transactions that end, 37, and parked ones that are asked about again, 323.</summary>
internal sealed class TransactionRequests(BrokerNode node)
{
    public void Register(RequestTable table)
    {
        table.Add<EndTransactionRequest>(RequestCode.EndTransaction, EndTransactionRequest.TryRead, End);
        table.Add<ResumeTransactionRequest>(
            RequestCode.ResumeCheckHalfMessage, ResumeTransactionRequest.TryRead, Resume);
    }

    private void End(ClientSession session, EndTransactionRequest request)
    {
        TransactionOutcome outcome;
        switch (request.Decision)
        {
            case EndTransactionRequest.Commit:
                outcome = TransactionOutcome.Committed;
                break;
            case EndTransactionRequest.Rollback:
                outcome = TransactionOutcome.RolledBack;
                break;
            case EndTransactionRequest.Unknown:
                // Whoever does not know is asked again.
                session.Reply.Answer(ResponseCode.Success);
                return;
            default:
                session.Refuse(
                    ResponseCode.SystemError,
                    $"The field 'commitOrRollback' is {request.Decision}; 8 (commit), 12 (roll back) or 0 (not known) "
                    + "is expected.");
                return;
        }

        if (BrokerToken.IsToken(request.HalfQueueOffset))
        {
            session.Await(reply => EndElsewhereAsync(reply, request, outcome));
            return;
        }

        session.Defer(reply => StoredAnswer.Give(node, reply, node.Transactions.End(
            request.PhysicalOffset, request.HalfQueueOffset, request.ProducerGroup, outcome)));
    }

    /// <summary>The answer to a question that this broker asked for another one.</summary>
    private async ValueTask EndElsewhereAsync(
        ReplyAddress reply, EndTransactionRequest request, TransactionOutcome outcome)
    {
        IEnumerable<string> brokers = node.ControlPlane.Routes.Brokers.Select(broker => broker.Name);
        MetadataRefusal? refusal = BrokerToken.TryFind(request.HalfQueueOffset, brokers, out string? name)
            ? await node.ControlPlane.TransactionPeers
                .EndAsync(name, request.ProducerGroup, request.PhysicalOffset, outcome).ConfigureAwait(false)
            : new MetadataRefusal(
                ResponseCode.SystemError,
                $"The field 'tranStateTableOffset' is {request.HalfQueueOffset}, which names no broker that is there "
                + "now; its broker asks again.");
        reply.Answer(refusal?.Code ?? ResponseCode.Success, refusal?.Problem);
    }

    private void Resume(ClientSession session, ResumeTransactionRequest request)
    {
        if (!OffsetMessageId.TryParse(request.MessageId, out OffsetMessageId id))
        {
            session.Refuse(
                ResponseCode.SystemError,
                $"'{request.MessageId}' is no offset message id; give that of the half message or of its parked copy.");
            return;
        }

        session.Defer(reply => StoredAnswer.Give(node, reply, node.Transactions.Resume(id.PhysicalOffset)));
    }
}

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

        session.Defer(reply => StoredAnswer.Give(node, reply, node.Transactions.End(
            request.PhysicalOffset, request.HalfQueueOffset, request.ProducerGroup, outcome)));
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

using OrleansMq.Broker.Delays;
using OrleansMq.Broker.Nodes;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;
using OrleansMq.Protocol.Requests;

namespace OrleansMq.Gateway.Requests;

/// <summary>Delayed messages that are called back before they are delivered: 370.</summary>
internal sealed class RecallRequests(BrokerNode node)
{
    private readonly TraceFields _trace = new(node.Options.Tracing);

    public void Register(RequestTable table) => table.Add<RecallMessageRequest>(
        RequestCode.RecallMessage, RecallMessageRequest.TryRead, Recall);

    private void Recall(ClientSession session, RecallMessageRequest request)
    {
        if (!RecallHandle.TryParse(request.RecallHandle, out RecallHandle? handle))
        {
            session.Refuse(
                ResponseCode.SystemError,
                "The field 'recallHandle' is no recall handle; give the one that the send was answered with.");
        }
        else if (handle.Topic != request.Topic || handle.BrokerName != node.Identity.BrokerName)
        {
            session.Refuse(
                ResponseCode.SystemError,
                $"The recall handle is for a message of '{handle.Topic}' on '{handle.BrokerName}', not of "
                + $"'{request.Topic}' on '{node.Identity.BrokerName}'.");
        }
        else
        {
            session.Defer(reply => StoredAnswer.Give(
                node, reply, node.Recall(handle),
                () => reply.Answer(ResponseCode.Success, (handle.UniqueKey, _trace), WriteAnswer)));
        }
    }

    private static void WriteAnswer(ref CommandWriter writer, (string Id, TraceFields Trace) answer)
    {
        writer.Field("msgId"u8, answer.Id);
        answer.Trace.WriteTo(ref writer);
    }
}

using OrleansMq.Broker.Nodes;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;
using OrleansMq.Protocol.Requests;

namespace OrleansMq.Gateway.Requests;

/// <summary>Messages looked up by key, 12, and by their place in the log, 33.</summary>
internal sealed class QueryRequests(BrokerNode node)
{
    public void Register(RequestTable table)
    {
        table.Add<QueryMessageRequest>(RequestCode.QueryMessage, QueryMessageRequest.TryRead, Query);
        table.Add<ViewMessageRequest>(RequestCode.ViewMessageById, ViewMessageRequest.TryRead, View);
    }

    private void Query(ClientSession session, QueryMessageRequest request)
    {
        session.Defer(reply =>
        {
            using var body = new OutputBuffer();
            int count = node.Queries.FindByKey(request, body);
            if (count == 0)
            {
                reply.Answer(
                    ResponseCode.QueryNotFound,
                    $"No message of '{request.Topic}' has the key '{request.Key}' in this time.");
                return;
            }

            reply.Answer(ResponseCode.Success, body, WriteFound);
        });
    }

    private void WriteFound(ref CommandWriter writer, OutputBuffer found)
    {
        writer.Field("indexLastUpdateTimestamp"u8, node.Store.Index.LastTimestamp);
        writer.Field("indexLastUpdatePhyoffset"u8, node.Store.Dispatcher.DispatchedUntil);
        writer.Body(found.WrittenSpan);
    }

    private void View(ClientSession session, ViewMessageRequest request)
    {
        session.Defer(reply =>
        {
            using var body = new OutputBuffer();
            if (node.Queries.TryView(request.PhysicalOffset, body))
            {
                reply.Answer(output => output.Append(body.WrittenSpan));
                return;
            }

            reply.Answer(
                ResponseCode.SystemError,
                $"There is no message at the position {request.PhysicalOffset} of the log; it may have expired.");
        });
    }
}

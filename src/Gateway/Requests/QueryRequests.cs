using OrleansMq.Broker.Nodes;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;
using OrleansMq.Protocol.Requests;

namespace OrleansMq.Gateway.Requests;

/// <summary>Messages looked up by key, 12, and by their place in the log, 33.</summary>
internal sealed class QueryRequests(BrokerNode node)
{
    public static void Register(Dictionary<int, Action<ClientSession>> table, BrokerNode node)
    {
        var requests = new QueryRequests(node);
        table.Add((int)RequestCode.QueryMessage, requests.Query);
        table.Add((int)RequestCode.ViewMessageById, requests.View);
    }

    private void Query(ClientSession session)
    {
        if (!QueryMessageRequest.TryRead(session.Request, out QueryMessageRequest request, out string? problem))
        {
            session.Refuse(ResponseCode.SystemError, problem);
            return;
        }

        session.Defer(reply =>
        {
            using var body = new OutputBuffer();
            int count = node.Queries.FindByKey(
                request.Topic, request.Key, request.MaxCount, request.BeginTimestamp, request.EndTimestamp, body);
            if (count == 0)
            {
                reply.Answer(ResponseCode.QueryNotFound, $"No message of '{request.Topic}' has the key '{request.Key}' in this time.");
                return;
            }

            reply.Answer(ResponseCode.Success, (node, body), static (ref CommandWriter writer, (BrokerNode Node, OutputBuffer Body) found) =>
            {
                writer.Field("indexLastUpdateTimestamp"u8, found.Node.Store.Index.LastTimestamp);
                writer.Field("indexLastUpdatePhyoffset"u8, found.Node.Store.Dispatcher.DispatchedUntil);
                writer.Body(found.Body.WrittenSpan);
            });
        });
    }

    private void View(ClientSession session)
    {
        if (!ViewMessageRequest.TryRead(session.Request, out ViewMessageRequest request, out string? problem))
        {
            session.Refuse(ResponseCode.SystemError, problem);
            return;
        }

        session.Defer(reply =>
        {
            using var body = new OutputBuffer();
            if (node.Queries.TryView(request.PhysicalOffset, body))
                reply.Answer(output => output.Append(body.WrittenSpan));
            else
                reply.Answer(ResponseCode.SystemError, $"There is no message at the position {request.PhysicalOffset} of the log.");
        });
    }
}

using OrleansMq.Broker.Nodes;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Requests;

namespace OrleansMq.Gateway.Requests;

/// <summary>What happened to a message: 30031.</summary>
internal sealed class TraceRequests(BrokerNode node)
{
    public void Register(RequestTable table) => table.Add<TraceMessageRequest>(
        RequestCode.TraceMessage, TraceMessageRequest.TryRead, Trace);

    private void Trace(ClientSession session, TraceMessageRequest request) => session.Defer(reply =>
    {
        if (node.Tracer.Trace(request, out string? problem) is { } trace)
            reply.Answer(trace.WriteTo);
        else
            reply.Answer(ResponseCode.QueryNotFound, problem);
    });
}

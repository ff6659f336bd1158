using System.Text;
using OrleansMq.Broker.KeyValues;
using OrleansMq.Broker.Nodes;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;
using OrleansMq.Protocol.Requests;

namespace OrleansMq.Gateway.Requests;

/// <summary>
/// Settings that the name service keeps for its clients: set, 100, asked for, 101, removed, 102, and listed, 219.
/// </summary>
internal sealed class KeyValueRequests(BrokerNode node)
{
    private KeyValueTable Table => node.ControlPlane.Routes.KeyValues;

    public void Register(RequestTable table)
    {
        table.Add<KvConfigRequest>(
            RequestCode.PutKvConfig, KvConfigRequest.TryRead,
            (session, request) => Set(session, request, request.Value));
        table.Add<KvConfigRequest>(RequestCode.GetKvConfig, KvConfigRequest.TryRead, Get);
        table.Add<KvConfigRequest>(
            RequestCode.DeleteKvConfig, KvConfigRequest.TryRead,
            (session, request) => Set(session, request, value: null));
        table.Add<KvConfigRequest>(RequestCode.GetKvListByNamespace, KvConfigRequest.TryRead, List);
    }

    private void Set(ClientSession session, KvConfigRequest request, string? value) => session.Defer(async reply =>
    {
        string? problem = await node.ControlPlane.SetKeyValueAsync(request.Namespace, request.Key, value)
            .ConfigureAwait(false);
        reply.AnswerOutcome(problem);
    });

    private void Get(ClientSession session, KvConfigRequest request)
    {
        if (Table.Find(request.Namespace, request.Key) is { } value)
        {
            session.Reply.Answer(
                ResponseCode.Success, Encoding.UTF8.GetBytes(value),
                static (ref CommandWriter writer, byte[] text) => writer.Field("value"u8, text));
        }
        else
        {
            session.Refuse(
                ResponseCode.QueryNotFound, $"No value is kept for '{request.Namespace}/{request.Key}'.");
        }
    }

    private void List(ClientSession session, KvConfigRequest request)
    {
        var table = new KvTable { Table = new(Table.List(request.Namespace)) };
        session.Reply.Answer(table.WriteTo);
    }
}

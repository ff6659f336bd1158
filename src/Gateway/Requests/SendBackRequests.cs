using OrleansMq.Broker.Nodes;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Requests;

namespace OrleansMq.Gateway.Requests;

/// <summary>Messages that a consumer could not process and sends back: 36.</summary>
internal sealed class SendBackRequests(BrokerNode node)
{
    public void Register(RequestTable table) => table.Add<ConsumerSendMessageBackRequest>(
        RequestCode.ConsumerSendMessageBack, ConsumerSendMessageBackRequest.TryRead, TakeBack);

    private void TakeBack(ClientSession session, ConsumerSendMessageBackRequest request)
    {
        string consumer = session.ClientName;
        session.Defer(async reply => StoredAnswer.Give(
            node, reply,
            await ProvidedSend.TryAsync(node, () => node.SendBacks.Take(request, consumer)).ConfigureAwait(false)));
    }
}

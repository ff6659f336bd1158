using OrleansMq.Broker.Nodes;
using OrleansMq.Broker.Sending;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Requests;

namespace OrleansMq.Gateway.Requests;

/// <summary>Messages that a consumer could not process and sends back: 36.</summary>
internal sealed class SendBackRequests(BrokerNode node)
{
    /// <summary>The group and the topic of its copies may be missing in turn, and be deleted in between.</summary>
    private const int MaxAttempts = 4;

    public void Register(RequestTable table) => table.Add<ConsumerSendMessageBackRequest>(
        RequestCode.ConsumerSendMessageBack, ConsumerSendMessageBackRequest.TryRead, TakeBack);

    private void TakeBack(ClientSession session, ConsumerSendMessageBackRequest request)
    {
        string consumer = session.ClientName;
        session.Defer(reply => TakeBackAsync(reply, request, consumer));
    }

    private async ValueTask TakeBackAsync(
        ReplyAddress reply, ConsumerSendMessageBackRequest request, string consumer)
    {
        SendResult result = node.SendBacks.Take(request, consumer);
        for (int attempt = 0; result.Missing is not null && attempt < MaxAttempts; attempt++)
        {
            if (await result.Missing.ProvideAsync(node.ControlPlane).ConfigureAwait(false) is { } refusal)
            {
                reply.Answer(refusal.Code, refusal.Problem);
                return;
            }

            result = node.SendBacks.Take(request, consumer);
        }

        StoredAnswer.Give(node, reply, result);
    }
}

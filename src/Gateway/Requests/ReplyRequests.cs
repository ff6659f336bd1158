using System.Text;
using OrleansMq.Broker.Nodes;
using OrleansMq.Broker.Replies;
using OrleansMq.Broker.Sending;
using OrleansMq.Messages.Identity;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;
using OrleansMq.Protocol.Requests;

namespace OrleansMq.Gateway.Requests;

/// <summary>
/// Replies to requests, 324 and 325: stored, if the broker is to, and handed to whoever waits for them. The answer says
/// whether the latter succeeded.
/// </summary>
internal sealed class ReplyRequests(BrokerNode node, PutOff putOff)
{
    public void Register(RequestTable table)
    {
        table.Add(RequestCode.SendReplyMessage, Handle);
        table.Add(RequestCode.SendReplyMessageV2, Handle);
    }

    private void Handle(ClientSession session)
    {
        if (!SendMessageRequest.TryRead(session.Request, out SendMessageRequest request, out string? problem))
        {
            session.Refuse(ResponseCode.SystemError, problem);
            return;
        }

        SendResult? stored = null;
        if (node.Options.ClientCalls.StoreReplies)
        {
            SendResult result = node.Sender.Send(request, session.Connection.RemoteHost, []);
            if (result.Missing is not null && session.MayPutOff())
            {
                putOff(session, result.Missing);
                return;
            }

            // Whoever waits for the reply shall have it even from a broker that takes no messages now.
            if (!result.IsStored && result.Code is not (ResponseCode.SystemBusy or ResponseCode.ServiceNotAvailable))
            {
                session.Refuse(result.Code, result.Problem);
                return;
            }

            stored = result.IsStored ? result : null;
        }

        Reply reply = ReplyOf(session, request);
        session.Await(async address =>
        {
            if (await node.Replies.DeliverAsync(reply).ConfigureAwait(false) is { } reason)
                address.Answer(ResponseCode.SystemError, reason);
            else
                address.Answer(ResponseCode.Success, (node.Identity.StoreHost, stored, reply.QueueId), WriteAnswer);
        });
    }

    private static Reply ReplyOf(ClientSession session, scoped SendMessageRequest request) => new()
    {
        ProducerGroup = Encoding.UTF8.GetString(request.ProducerGroup),
        Topic = Encoding.UTF8.GetString(request.Topic),
        DefaultTopic = Encoding.UTF8.GetString(request.DefaultTopic),
        DefaultTopicQueues = request.DefaultTopicQueueCount,
        QueueId = Math.Max(0, request.QueueId),
        SystemFlags = (int)request.SystemFlags,
        BornTimestamp = request.BornTimestamp,
        Flag = request.Flag,
        Properties = request.Properties.ToArray(),
        ReconsumeTimes = request.ReconsumeTimes,
        IsUnitMode = request.IsUnitMode,
        BornHost = session.Connection.RemoteEndPoint.ToString(),
        Body = request.Body.ToArray(),
    };

    /// <summary>Clients want to read all three fields, also of a reply that was not stored.</summary>
    private static void WriteAnswer(
        ref CommandWriter writer, (HostAddress Host, SendResult? Stored, int QueueId) answer)
    {
        if (answer.Stored is not { } stored)
        {
            writer.Field("msgId"u8, "0"u8);
            writer.Field("queueId"u8, answer.QueueId);
            writer.Field("queueOffset"u8, 0);
            return;
        }

        Span<byte> id = stackalloc byte[OffsetMessageId.MaxLength];
        int length = new OffsetMessageId(answer.Host, stored.Append.PhysicalOffset).Format(id);
        writer.Field("msgId"u8, id[..length]);
        writer.Field("queueId"u8, stored.QueueId);
        writer.Field("queueOffset"u8, stored.Append.QueueOffset);
    }
}

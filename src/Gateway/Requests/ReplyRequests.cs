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

        SendResult stored = default;
        if (node.Options.ClientCalls.StoreReplies)
        {
            stored = node.Sender.Send(request, session.Connection.RemoteHost, []);
            if (stored.Missing is not null && session.MayPutOff())
            {
                putOff(session, stored.Missing);
                return;
            }

            // Whoever waits for the reply shall have it even from a broker that takes no messages now.
            if (!stored.IsStored && stored.Code is not (ResponseCode.SystemBusy or ResponseCode.ServiceNotAvailable))
            {
                session.Refuse(stored.Code, stored.Problem);
                return;
            }
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
        ref CommandWriter writer, (HostAddress Host, SendResult Stored, int QueueId) answer)
    {
        bool isStored = answer.Stored is { IsStored: true, Problem: null } && answer.Stored.Append.EndOffset > 0;
        Span<byte> id = stackalloc byte[OffsetMessageId.MaxLength];
        int length = isStored
            ? new OffsetMessageId(answer.Host, answer.Stored.Append.PhysicalOffset).Format(id)
            : 0;
        writer.Field("msgId"u8, isStored ? id[..length] : "0"u8);
        writer.Field("queueId"u8, isStored ? answer.Stored.QueueId : answer.QueueId);
        writer.Field("queueOffset"u8, isStored ? answer.Stored.Append.QueueOffset : 0);
    }
}

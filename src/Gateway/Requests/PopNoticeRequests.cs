using OrleansMq.Broker.Clustering;
using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Broker.Nodes;
using OrleansMq.Broker.Popping;
using OrleansMq.Broker.Topics;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;
using OrleansMq.Protocol.Requests;
using OrleansMq.Storage.ConsumeQueues;

namespace OrleansMq.Gateway.Requests;

/// <summary>
/// What there is to pop, without popping it: the messages themselves, 200052, a notice when there are some, 200054, and
/// how many pops wait, 200055.
/// </summary>
internal sealed class PopNoticeRequests(BrokerNode node, PutOff putOff)
{
    private delegate void Handler(
        ClientSession session, PopNoticeRequest request, GroupHandle group, TopicHandle topic);

    public void Register(RequestTable table)
    {
        Add(table, RequestCode.PeekMessage, Peek);
        Add(table, RequestCode.Notification, Notify);
        Add(table, RequestCode.PollingInfo, CountWaiting);
    }

    private void Add(RequestTable table, RequestCode code, Handler handle) => table.Add<PopNoticeRequest>(
        code, PopNoticeRequest.TryRead, (session, request) => Find(session, request, handle));

    private void Find(ClientSession session, PopNoticeRequest request, Handler handle)
    {
        GroupHandle? group = node.Groups.Find(request.ConsumerGroup);
        TopicHandle? topic = node.Topics.Find(request.Topic);
        if (topic is null)
        {
            session.Refuse(
                ResponseCode.TopicNotExist, $"The topic '{request.Topic}' does not exist on this broker.");
        }
        else if (!topic.Config.IsReadable)
        {
            session.Refuse(ResponseCode.NoPermission, $"The topic '{topic.Name}' may not be read.");
        }
        else if (request.QueueId >= topic.Config.ReadQueues)
        {
            session.Refuse(
                ResponseCode.InvalidParameter,
                $"The topic '{topic.Name}' has the queues 0 to {topic.Config.ReadQueues - 1}, not {request.QueueId}.");
        }
        else if (group is null && session.MayPutOff())
        {
            putOff(session, new MissingGroup(request.ConsumerGroup));
        }
        else if (group is null)
        {
            session.Refuse(
                ResponseCode.SubscriptionGroupNotExist, $"The group '{request.ConsumerGroup}' was deleted just now.");
        }
        else if (!group.Config.ConsumeEnable)
        {
            session.Refuse(ResponseCode.NoPermission, $"The group '{group.Name}' may not consume.");
        }
        else
        {
            handle(session, request, group, topic);
        }
    }

    private void Peek(ClientSession session, PopNoticeRequest request, GroupHandle group, TopicHandle topic)
    {
        using var body = new OutputBuffer();
        (int left, long rest) = (Math.Clamp(request.MaxMessages, 1, node.Options.Pops.MaxMessages), 0);
        (int first, int last) = request.QueueId < 0
            ? (0, topic.Config.ReadQueues - 1)
            : (request.QueueId, request.QueueId);
        for (int queueId = first; queueId <= last; queueId++)
        {
            long cursor = node.Popper.CursorOf(group, topic, queueId);
            rest += Math.Max(0, topic.Queue(queueId).MaxOffset - cursor);
            if (left > 0)
                left -= PeekQueue(topic.Queue(queueId), cursor, left, body);
        }

        session.Reply.Answer(
            body.Length > 0 ? ResponseCode.Success : ResponseCode.PullNotFound, (rest, body), WritePeek);
    }

    /// <summary>Reads from a queue what fits; the very first message fits whatever its size.</summary>
    private int PeekQueue(ConsumeQueue queue, long offset, int maxCount, OutputBuffer body)
    {
        int before = body.Length;
        int bytesLeft = node.Options.MaxPullBytes - before;
        if (bytesLeft <= 0)
            return 0;

        int count = node.Puller.Read(queue, offset, maxCount, bytesLeft, null, body).Result.Count;
        if (before == 0 || body.Length <= node.Options.MaxPullBytes)
            return count;

        body.Truncate(before);
        return 0;
    }

    private static void WritePeek(ref CommandWriter writer, (long Left, OutputBuffer Body) peek)
    {
        writer.Field("popTime"u8, 0);
        writer.Field("invisibleTime"u8, 0);
        writer.Field("reviveQid"u8, 0);
        writer.Field("restNum"u8, peek.Left);
        writer.Body(peek.Body.WrittenSpan);
    }

    private void Notify(ClientSession session, PopNoticeRequest request, GroupHandle group, TopicHandle topic)
    {
        ReplyAddress reply = session.Reply;
        bool hasMessage = node.Popper.HasMessage(group, topic, request.QueueId);
        if (hasMessage || request.PollMilliseconds <= 0)
        {
            Tell(reply, hasMessage, isFull: false);
            return;
        }

        reply.Connection.RequestStarted();
        bool isHeld = node.TryHold(new WaitingNotice(reply, () => node.Popper.HasMessage(group, topic, request.QueueId))
        {
            Group = group.Name,
            Topic = topic.Name,
            QueueId = request.QueueId,
            DeadlineMilliseconds = node.Popper.DeadlineOf(request.PollMilliseconds),
        });
        if (isHeld)
            return;

        Tell(reply, hasMessage: false, isFull: true);
        reply.Connection.RequestFinished();
    }

    private void CountWaiting(ClientSession session, PopNoticeRequest request, GroupHandle group, TopicHandle topic) =>
        session.Reply.Answer("pollingNum"u8, node.Popper.CountHeld(group.Name, topic.Name, request.QueueId));

    private static void Tell(ReplyAddress reply, bool hasMessage, bool isFull) => reply.Answer(
        ResponseCode.Success, (hasMessage, isFull),
        static (ref CommandWriter writer, (bool HasMessage, bool IsFull) notice) =>
        {
            writer.Field("hasMsg"u8, notice.HasMessage ? "true"u8 : "false"u8);
            writer.Field("pollingFull"u8, notice.IsFull ? "true"u8 : "false"u8);
        });

    private sealed class WaitingNotice(ReplyAddress reply, Func<bool> hasMessage) : HeldPop
    {
        public override bool IsAbandoned => reply.Connection.IsClosed;

        public override bool TakesMessages => false;

        public override bool TryServe()
        {
            if (!hasMessage())
                return false;

            Tell(reply, hasMessage: true, isFull: false);
            reply.Connection.RequestFinished();
            return true;
        }

        public override void GiveUp()
        {
            Tell(reply, hasMessage: false, isFull: false);
            reply.Connection.RequestFinished();
        }
    }
}

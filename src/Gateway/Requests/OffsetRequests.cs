using System.Text;
using OrleansMq.Broker.Clustering;
using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Broker.Nodes;
using OrleansMq.Broker.Popping;
using OrleansMq.Broker.Topics;
using OrleansMq.Messages.Topics;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Requests;
using OrleansMq.Storage.ConsumeQueues;

namespace OrleansMq.Gateway.Requests;

/// <summary>Committed offsets, 14 and 15, and what a queue holds: 29 to 32.</summary>
internal sealed class OffsetRequests(BrokerNode node)
{
    public void Register(RequestTable table)
    {
        table.Add<QueryConsumerOffsetRequest>(
            RequestCode.QueryConsumerOffset, QueryConsumerOffsetRequest.TryRead, Query);
        table.Add<UpdateConsumerOffsetRequest>(
            RequestCode.UpdateConsumerOffset, UpdateConsumerOffsetRequest.TryRead, Update);
        table.Add<SearchOffsetRequest>(RequestCode.SearchOffsetByTimestamp, SearchOffsetRequest.TryRead, SearchByTime);
        table.Add<QueueRequest>(RequestCode.GetMaxOffset, QueueRequest.TryRead, GetMax);
        table.Add<QueueRequest>(RequestCode.GetMinOffset, QueueRequest.TryRead, GetMin);
        table.Add<QueueRequest>(RequestCode.GetEarliestMessageStoreTime, QueueRequest.TryRead, GetEarliestTime);
    }

    private void Query(ClientSession session, QueryConsumerOffsetRequest request)
    {
        TopicHandle? topic = node.Topics.Find(request.Topic);
        GroupHandle? group = node.Groups.Find(request.ConsumerGroup);
        long? committed = topic is null ? null : group?.QueryOffset(topic.Name, request.QueueId);
        if (committed is not null)
        {
            session.Reply.Answer("offset"u8, committed.Value);
        }
        else if (topic is not null && IsNewQueueOfKnownGroup(topic, group, request.QueueId))
        {
            session.Reply.Answer("offset"u8, 0);
        }
        else
        {
            session.Refuse(
                ResponseCode.QueryNotFound,
                $"The group '{Encoding.UTF8.GetString(request.ConsumerGroup)}' has committed no offset of the queue "
                + $"{request.QueueId}.");
        }
    }

    /// <summary>
    /// A queue was added to a topic that the group consumes already: its first messages must not be skipped by a client
    /// that begins unknown queues at their end. A new group, in contrast, begins where its clients say.
    /// </summary>
    private static bool IsNewQueueOfKnownGroup(TopicHandle topic, GroupHandle? group, int queueId) =>
        queueId >= 0 && queueId < topic.Config.ReadQueues
        && (TopicNames.IsRetry(topic.Name)
            || group?.ReadOffsets(offsets => offsets.OfTopic(topic.Name).Count > 0) == true)
        && topic.Queue(queueId).GetMinOffset() == 0;

    private void Update(ClientSession session, UpdateConsumerOffsetRequest request)
    {
        TopicHandle? topic = node.Topics.Find(request.Topic);
        if (topic is null)
        {
            session.Refuse(
                ResponseCode.TopicNotExist,
                $"The topic '{Encoding.UTF8.GetString(request.Topic)}' does not exist on this broker.");
            return;
        }

        if (request.QueueId < 0 || request.QueueId >= topic.Config.ReadQueues)
        {
            session.Refuse(
                ResponseCode.SystemError,
                $"The topic '{topic.Name}' has the queues 0 to {topic.Config.ReadQueues - 1}, not {request.QueueId}.");
            return;
        }

        var commit = new OffsetCommit(topic, request.QueueId, request.CommitOffset, session.ClientName);
        if (node.Groups.Find(request.ConsumerGroup) is { } group)
        {
            Commit(session.Reply, group, commit);
            return;
        }

        string name = Encoding.UTF8.GetString(request.ConsumerGroup);
        session.Await(async reply =>
        {
            MetadataRefusal? refusal = await new MissingGroup(name).ProvideAsync(node.ControlPlane)
                .ConfigureAwait(false);
            if (refusal is not null)
                reply.Answer(refusal.Code, refusal.Problem);
            else if (node.Groups.Find(name) is { } created)
                Commit(reply, created, commit);
            else
                reply.Answer(ResponseCode.SubscriptionGroupNotExist, $"The group '{name}' was deleted just now.");
        });
    }

    private void Commit(ReplyAddress reply, GroupHandle group, OffsetCommit commit)
    {
        ConsumeQueue queue = commit.Topic.Queue(commit.QueueId);
        CommitStatus status = node.Deliveries.Commit(group, commit.Client, queue, commit.Offset);
        if (status == CommitStatus.IgnoredBeyondEnd)
        {
            reply.Answer(
                ResponseCode.SystemError,
                $"Nothing was changed: the queue {commit.QueueId} of '{commit.Topic.Name}' ends at {queue.MaxOffset}, "
                + $"before the offset {commit.Offset}. Messages that come to stand there were consumed by nobody.");
            return;
        }

        if (status == CommitStatus.Refused)
        {
            reply.Answer(
                ResponseCode.SystemError,
                $"The group '{group.Name}' may not commit an offset of the queue {commit.QueueId}.");
            return;
        }

        // Only of a group that is not online an offset goes back: what it popped comes again, too.
        var key = new PopKey(group.Name, commit.Topic.Name, commit.QueueId);
        if (status == CommitStatus.Committed && node.Pops.IsFinished(key, commit.Offset))
        {
            StoredAnswer.Give(node, reply, node.ResetPops(group, commit.Topic, commit.QueueId, commit.Offset));
            return;
        }

        // Clients go on whatever they are answered; an operator may want to know.
        reply.Answer(ResponseCode.Success, status == CommitStatus.IgnoredBeforeReset
            ? $"Nothing was changed: the group '{group.Name}' was reset, and this offset may be from before. To set it "
                + "all the same, reset the group again (222)."
            : null);
    }

    private void SearchByTime(ClientSession session, SearchOffsetRequest request)
    {
        if (FindQueue(session, request.Topic, request.QueueId) is { } queue)
            session.Defer(reply => reply.Answer("offset"u8, queue.FindByTime(request.Timestamp)));
    }

    private void GetMax(ClientSession session, QueueRequest request)
    {
        if (FindQueue(session, request.Topic, request.QueueId) is { } queue)
            session.Reply.Answer("offset"u8, queue.MaxOffset);
    }

    private void GetMin(ClientSession session, QueueRequest request)
    {
        if (FindQueue(session, request.Topic, request.QueueId) is { } queue)
            session.Reply.Answer("offset"u8, queue.GetMinOffset());
    }

    private void GetEarliestTime(ClientSession session, QueueRequest request)
    {
        if (FindQueue(session, request.Topic, request.QueueId) is { } queue)
            session.Reply.Answer("timestamp"u8, node.Queries.EarliestStoreTime(queue));
    }

    private ConsumeQueue? FindQueue(ClientSession session, string topic, int queueId)
    {
        ConsumeQueue? queue = node.Queries.FindQueue(topic, queueId, out string? problem);
        if (queue is null)
            session.Refuse(ResponseCode.TopicNotExist, problem);
        return queue;
    }

    private readonly record struct OffsetCommit(TopicHandle Topic, int QueueId, long Offset, string Client);
}

using System.Text;
using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Broker.Nodes;
using OrleansMq.Broker.Topics;
using OrleansMq.Messages.Topics;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Requests;
using OrleansMq.Storage.ConsumeQueues;

namespace OrleansMq.Gateway.Requests;

/// <summary>Committed offsets, 14 and 15, and what a queue holds: 29 to 32.</summary>
internal sealed class OffsetRequests(BrokerNode node)
{
    public static void Register(Dictionary<int, Action<ClientSession>> table, BrokerNode node)
    {
        var requests = new OffsetRequests(node);
        table.Add((int)RequestCode.QueryConsumerOffset, requests.Query);
        table.Add((int)RequestCode.UpdateConsumerOffset, requests.Update);
        table.Add((int)RequestCode.SearchOffsetByTimestamp, requests.SearchByTime);
        table.Add((int)RequestCode.GetMaxOffset, session => requests.WithQueue(session, "offset"u8, queue => queue.MaxOffset));
        table.Add((int)RequestCode.GetMinOffset, session => requests.WithQueue(session, "offset"u8, queue => queue.GetMinOffset()));
        table.Add(
            (int)RequestCode.GetEarliestMessageStoreTime,
            session => requests.WithQueue(session, "timestamp"u8, node.Queries.EarliestStoreTime));
    }

    private void Query(ClientSession session)
    {
        if (!QueryConsumerOffsetRequest.TryRead(session.Request, out QueryConsumerOffsetRequest request, out string? problem))
        {
            session.Refuse(ResponseCode.SystemError, problem);
            return;
        }

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
                $"The group '{Encoding.UTF8.GetString(request.ConsumerGroup)}' has committed no offset of the queue {request.QueueId}.");
        }
    }

    /// <summary>
    /// A queue was added to a topic that the group consumes already: its first messages must not be skipped by a client
    /// that begins unknown queues at their end. A new group, in contrast, begins where its clients say.
    /// </summary>
    private static bool IsNewQueueOfKnownGroup(TopicHandle topic, GroupHandle? group, int queueId) =>
        queueId >= 0 && queueId < topic.Config.ReadQueues
        && (TopicNames.IsRetry(topic.Name) || group?.Read(state => state.Offsets.OfTopic(topic.Name).Count > 0) == true)
        && topic.Queue(queueId).GetMinOffset() == 0;

    private void Update(ClientSession session)
    {
        if (!UpdateConsumerOffsetRequest.TryRead(session.Request, out UpdateConsumerOffsetRequest request, out string? problem))
        {
            session.Refuse(ResponseCode.SystemError, problem);
            return;
        }

        TopicHandle? topic = node.Topics.Find(request.Topic);
        GroupHandle? group = node.Groups.Find(request.ConsumerGroup)
            ?? node.Groups.FindOrCreate(Encoding.UTF8.GetString(request.ConsumerGroup), out problem);
        if (topic is null)
            session.Refuse(ResponseCode.TopicNotExist, $"The topic '{Encoding.UTF8.GetString(request.Topic)}' does not exist on this broker.");
        else if (group is null)
            session.Refuse(ResponseCode.SubscriptionGroupNotExist, problem);
        else if (group.Commit(topic.Name, request.QueueId, request.CommitOffset) == CommitStatus.Refused)
            session.Refuse(ResponseCode.SystemError, $"The group '{group.Name}' may not commit an offset of the queue {request.QueueId}.");
        else
            session.Reply.Answer(ResponseCode.Success);
    }

    private void SearchByTime(ClientSession session)
    {
        if (!SearchOffsetRequest.TryRead(session.Request, out SearchOffsetRequest request, out string? problem))
        {
            session.Refuse(ResponseCode.SystemError, problem);
            return;
        }

        ConsumeQueue? queue = node.Queries.FindQueue(request.Topic, request.QueueId, out problem);
        if (queue is null)
            session.Refuse(ResponseCode.TopicNotExist, problem);
        else
            session.Defer(reply => reply.Answer("offset"u8, queue.FindByTime(request.Timestamp)));
    }

    private void WithQueue(ClientSession session, ReadOnlySpan<byte> field, Func<ConsumeQueue, long> read)
    {
        if (!QueueRequest.TryRead(session.Request, out QueueRequest request, out string? problem))
            session.Refuse(ResponseCode.SystemError, problem);
        else if (node.Queries.FindQueue(request.Topic, request.QueueId, out problem) is not { } queue)
            session.Refuse(ResponseCode.TopicNotExist, problem);
        else
            session.Reply.Answer(field, read(queue));
    }
}

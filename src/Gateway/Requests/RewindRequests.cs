using OrleansMq.Broker.Clustering;
using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Broker.Nodes;
using OrleansMq.Broker.Offsets;
using OrleansMq.Broker.Topics;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Requests;
using OrleansMq.Storage.ConsumeQueues;

namespace OrleansMq.Gateway.Requests;

/// <summary>
/// Groups that operators send elsewhere: to a time or an offset, 222, to where another group is, 314; and how far they
/// are in time, 303, and compared with others, 308.
/// </summary>
internal sealed class RewindRequests(BrokerNode node)
{
    public void Register(RequestTable table)
    {
        table.Add<ResetOffsetRequest>(RequestCode.InvokeBrokerToResetOffset, ResetOffsetRequest.TryRead, Reset);
        table.Add<CloneGroupOffsetRequest>(RequestCode.CloneGroupOffset, CloneGroupOffsetRequest.TryRead, Clone);
        table.Add<GroupTopicRequest>(RequestCode.QueryConsumeTimeSpan, GroupTopicRequest.TryRead, GetTimeSpans);
        table.Add<CorrectionOffsetRequest>(
            RequestCode.QueryCorrectionOffset, CorrectionOffsetRequest.TryRead, GetLowest);
    }

    private void Reset(ClientSession session, ResetOffsetRequest request)
    {
        // Operators' tools ask in the name of C++ clients when they want these told in their way.
        bool asCpp = session.Request.Language == LanguageCode.Cpp;
        session.Defer(async reply =>
        {
            ResetResult result = await node.OffsetResets.ResetAsync(request, asCpp).ConfigureAwait(false);
            if (result.Problem is not null)
                reply.Answer(result.Code, result.Problem);
            else
                reply.Answer(new ResetOffsetBody { OffsetTable = new(result.Offsets) }.WriteTo);
        });
    }

    private void Clone(ClientSession session, CloneGroupOffsetRequest request) => session.Defer(async reply =>
    {
        if (node.Groups.Find(request.SourceGroup) is not { } source)
        {
            reply.Answer(
                ResponseCode.SubscriptionGroupNotExist, $"The group '{request.SourceGroup}' does not exist.");
            return;
        }

        MetadataRefusal? refusal = await new MissingGroup(request.DestinationGroup).ProvideAsync(node.ControlPlane)
            .ConfigureAwait(false);
        if (refusal is not null)
        {
            reply.Answer(refusal.Code, refusal.Problem);
            return;
        }

        if (node.Groups.Find(request.DestinationGroup) is not { } destination)
        {
            reply.Answer(
                ResponseCode.SubscriptionGroupNotExist,
                $"The group '{request.DestinationGroup}' was deleted just now.");
            return;
        }

        ResetResult result = await node.OffsetResets
            .CloneAsync(source, destination, request.Topic, request.IsOffline).ConfigureAwait(false);
        reply.Answer(result.Code, result.Problem);
    });

    private void GetTimeSpans(ClientSession session, GroupTopicRequest request)
    {
        if (node.Topics.Find(request.Topic) is not { } topic)
        {
            session.Refuse(ResponseCode.TopicNotExist, $"The topic '{request.Topic}' does not exist on this broker.");
            return;
        }

        GroupHandle? group = node.Groups.Find(request.Group);
        session.Defer(reply =>
        {
            var spans = new ConsumeTimeSpans();
            for (int queueId = 0; queueId < topic.Config.WriteQueues; queueId++)
                spans.Queues.Add(SpanOf(group, topic, queueId));
            reply.Answer(spans.WriteTo);
        });
    }

    private QueueTimeSpan SpanOf(GroupHandle? group, TopicHandle topic, int queueId)
    {
        ConsumeQueue queue = topic.Queue(queueId);
        long oldest = node.Queries.EarliestStoreTime(queue);
        long committed = group?.QueryOffset(topic.Name, queueId) ?? 0;
        long next = node.Queries.StoreTimeOf(queue, committed);
        return new QueueTimeSpan
        {
            MessageQueue = new MessageQueueKey(topic.Name, node.Identity.BrokerName, queueId),
            MinTimeStamp = oldest,
            MaxTimeStamp = node.Queries.StoreTimeOf(queue, queue.MaxOffset - 1),
            ConsumeTimeStamp = committed > 0 ? node.Queries.StoreTimeOf(queue, committed - 1) : oldest,
            DelayTime = next > 0 ? Math.Max(0, node.Time.GetUtcNow().ToUnixTimeMilliseconds() - next) : 0,
        };
    }

    private void GetLowest(ClientSession session, CorrectionOffsetRequest request)
    {
        if (node.Topics.Find(request.Topic) is not { } topic)
        {
            session.Refuse(ResponseCode.TopicNotExist, $"The topic '{request.Topic}' does not exist on this broker.");
            return;
        }

        string[] excluded = request.FilterGroups?.Split(',', StringSplitOptions.TrimEntries) ?? [];
        var lowest = new CorrectionOffsets();
        foreach (GroupHandle group in node.Groups.Groups.Where(group => !excluded.Contains(group.Name)))
        {
            foreach ((int queueId, long offset) in group.ReadOffsets(offsets => offsets.OfTopic(topic.Name).ToArray()))
            {
                // The topic may have had more queues. A group whose next message expired long ago holds nobody up.
                if (queueId >= topic.Config.ReadQueues)
                    continue;
                long others = lowest.Offsets.GetValueOrDefault(queueId, long.MaxValue);
                if (offset >= topic.Queue(queueId).GetMinOffset())
                    lowest.Offsets[queueId] = Math.Min(offset, others);
            }
        }

        foreach (int queueId in lowest.Offsets.Keys.ToArray())
        {
            long? compared = node.Groups.Find(request.CompareGroup)?.QueryOffset(topic.Name, queueId);
            if (lowest.Offsets[queueId] > compared)
                lowest.Offsets[queueId] = long.MaxValue;
        }

        session.Reply.Answer(lowest.WriteTo);
    }
}

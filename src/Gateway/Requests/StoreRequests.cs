using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Broker.Nodes;
using OrleansMq.Broker.Offsets;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;
using OrleansMq.Protocol.Requests;
using OrleansMq.Storage.ConsumeQueues;

namespace OrleansMq.Gateway.Requests;

/// <summary>
/// A look into the store: all committed offsets, 43, delay levels, 45, entries of a queue, 321; and what expired, to be
/// deleted now, 306, 316 and 329.
/// </summary>
internal sealed class StoreRequests(BrokerNode node)
{
    private const int MaxEntries = 1_024;

    public void Register(RequestTable table)
    {
        table.Add(RequestCode.GetAllConsumerOffset, ListOffsets);

        // One queue of timers serves all levels: none has an offset of its own.
        table.Add(RequestCode.GetAllDelayOffset, session => session.Reply.Answer(new DelayOffsets().WriteTo));
        table.Add<QueryConsumeQueueRequest>(
            RequestCode.QueryConsumeQueue, QueryConsumeQueueRequest.TryRead, ListEntries);
        table.Add(RequestCode.CleanExpiredConsumeQueue, Clean);
        table.Add(RequestCode.DeleteExpiredCommitLog, Clean);

        // The queues of a topic are deleted with it, so that none are left behind.
        table.Add(RequestCode.CleanUnusedTopic, session => session.Reply.Answer(ResponseCode.Success));
    }

    private void ListOffsets(ClientSession session) => session.Defer(reply => reply.Answer(
        ResponseCode.Success, OffsetsFile.Encode(node.Groups.SnapshotOffsets(node.Groups.Version)),
        static (ref CommandWriter writer, byte[] body) => writer.Body(body)));

    /// <summary>Consume queues go with the files of the log that they point into.</summary>
    private void Clean(ClientSession session)
    {
        node.Store.CleanNow();
        session.Reply.Answer(ResponseCode.Success);
    }

    private void ListEntries(ClientSession session, QueryConsumeQueueRequest request)
    {
        if (node.Queries.FindQueue(request.Topic, request.QueueId, out string? problem) is not { } queue)
        {
            session.Refuse(ResponseCode.SystemError, problem);
            return;
        }

        session.Defer(reply => reply.Answer(EntriesOf(queue, request).WriteTo));
    }

    private ConsumeQueueEntries EntriesOf(ConsumeQueue queue, QueryConsumeQueueRequest request)
    {
        var body = new ConsumeQueueEntries { MinQueueIndex = queue.GetMinOffset(), MaxQueueIndex = queue.MaxOffset };
        Subscription? subscription = null;
        if (request.ConsumerGroup is not null)
        {
            subscription =
                node.Groups.Find(request.ConsumerGroup)?.Read(state => state.FindSubscription(request.Topic));
            body.SubscriptionData = subscription is null ? null : BrokerBodies.Of(subscription);
            body.FilterData = subscription is null
                ? $"{request.ConsumerGroup}@{request.Topic} is not online!"
                : subscription.Expression;
        }

        if (request.Index < body.MinQueueIndex || request.Index >= body.MaxQueueIndex)
            return body;

        var entries = new ConsumeQueueEntry[Math.Clamp(request.Count, 1, MaxEntries)];
        int count = queue.Read(request.Index, entries);
        body.QueueData =
        [
            .. entries.Take(count).Select(entry => new ConsumeQueueData
            {
                PhysicOffset = entry.PhysicalOffset,
                PhysicSize = entry.SizeBytes,
                TagsCode = entry.TagsCode,
                Eval = subscription?.Matches(entry.TagsCode) == true,
            }),
        ];
        return body;
    }
}

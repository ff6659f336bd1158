using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Broker.Nodes;
using OrleansMq.Broker.Sending;
using OrleansMq.Broker.Topics;
using OrleansMq.Messages.Records;
using OrleansMq.Protocol.Remoting;
using OrleansMq.Storage;
using OrleansMq.Storage.CommitLogs;

namespace OrleansMq.Broker.Popping;

/// <summary>
/// Stores what becomes of popped messages, and lets it show once it is in the log. Every method is called under the
/// lock of the queue that it changes.
/// </summary>
internal sealed class PopLog(MessageStore store, GroupCatalog groups, BrokerIdentity identity, TimeProvider time)
{
    [ThreadStatic]
    private static OutputBuffer? _scratch;

    private int _inFlight;

    /// <summary>How many messages are handed out and not finished.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>Begins a queue at an offset.</summary>
    public SendResult Begin(PoppedQueue queue, long offset)
    {
        OutputBuffer body = Scratch();
        PopRecord.WriteReset(body, queue.Key, offset, atMilliseconds: 0);
        return Append(queue, body);
    }

    /// <summary>Stores and applies what a pop hands out.</summary>
    public SendResult Apply(PoppedQueue queue, PopBatch batch)
    {
        OutputBuffer body = Scratch();
        PopRecord.WritePopped(body, queue.Key, batch);
        return Append(queue, body);
    }

    /// <summary>Stores and applies that messages are done.</summary>
    public SendResult Finish(PoppedQueue queue, IReadOnlyCollection<long> offsets)
    {
        OutputBuffer body = Scratch();
        PopRecord.WriteFinished(body, queue.Key, offsets);
        return Append(queue, body);
    }

    /// <summary>Stores a dead letter, which finishes the message that it is made of.</summary>
    public SendResult Bury(PoppedQueue queue, long offset, TopicHandle deadLetters, scoped MessageDraft draft)
    {
        AppendResult result = store.Log.Append(deadLetters.Queue(draft.QueueId), new RecordEncoder(draft));
        if (result.Status == AppendStatus.Appended)
        {
            int before = queue.State!.InFlight;
            queue.ApplyDeadLetter(offset, result.EndOffset);
            Applied(queue, before);
        }

        return SendResult.Of(result, draft.QueueId, mustAwaitFlush: false);
    }

    /// <summary>Takes in what was done by other means: committed, or expired.</summary>
    public void FinishBelow(PoppedQueue queue, long offset)
    {
        int before = queue.State!.InFlight;
        queue.State.FinishBelow(offset);
        Applied(queue, before);
    }

    /// <summary>Stores and applies when a message comes again.</summary>
    public SendResult Change(PoppedQueue queue, long offset, long visibleAt)
    {
        OutputBuffer body = Scratch();
        PopRecord.WriteChanged(body, queue.Key, offset, visibleAt);
        return Append(queue, body);
    }

    /// <summary>Stores and applies that the group was sent to an offset.</summary>
    public SendResult Reset(PoppedQueue queue, long offset, long atMilliseconds)
    {
        OutputBuffer body = Scratch();
        PopRecord.WriteReset(body, queue.Key, offset, atMilliseconds);
        return Append(queue, body);
    }

    /// <summary>Stores and applies that the topic or the group is gone.</summary>
    public void Forget(PoppedQueue queue)
    {
        OutputBuffer body = Scratch();
        PopRecord.WriteForgotten(body, queue.Key);
        Append(queue, body);
    }

    /// <summary>Counts what a queue that was read back has handed out.</summary>
    public void Adopt(PopQueue state) => Interlocked.Add(ref _inFlight, state.InFlight);

    private static OutputBuffer Scratch()
    {
        OutputBuffer scratch = _scratch ??= new OutputBuffer();
        scratch.Clear();
        return scratch;
    }

    private SendResult Append(PoppedQueue queue, OutputBuffer body)
    {
        var draft = new MessageDraft
        {
            Topic = PopRecord.Topic,
            QueueId = 0,
            Body = body.WrittenSpan,
            BornTimestamp = time.GetUtcNow().ToUnixTimeMilliseconds(),
            BornHost = identity.StoreHost,
            StoreHost = identity.StoreHost,
        };
        AppendResult result = store.Log.Append(
            store.Queues.Get(PopRecord.Topic, 0), new RecordEncoder(draft));
        if (result.Status == AppendStatus.Appended)
        {
            int before = queue.State?.InFlight ?? 0;
            PopRecord.TryRead(body.WrittenSpan, out _, out PopOperation operation, out ReadOnlySpan<byte> rest);
            queue.Apply(operation, rest, result.EndOffset);
            Applied(queue, before);
        }

        return SendResult.Of(result, queue.Key.QueueId, store.Log.MustAwaitFlush(result.StoreTimestamp));
    }

    private void Applied(PoppedQueue queue, int inFlightBefore)
    {
        Interlocked.Add(ref _inFlight, (queue.State?.InFlight ?? 0) - inFlightBefore);
        if (queue.State is not { } state || groups.Find(queue.Key.Group) is not { } group)
            return;

        // A group that consumes by other means as well may be further.
        (string topic, int queueId) = (queue.Key.Topic, queue.Key.QueueId);
        if ((group.QueryOffset(topic, queueId) ?? -1) < state.Floor)
            group.Commit(topic, queueId, state.Floor);
    }
}

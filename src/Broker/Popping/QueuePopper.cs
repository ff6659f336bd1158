using OrleansMq.Broker.Clustering;
using OrleansMq.Broker.Nodes;
using OrleansMq.Broker.Sending;
using OrleansMq.Broker.Topics;
using OrleansMq.Messages.Checksums;
using OrleansMq.Messages.Properties;
using OrleansMq.Messages.Records;
using OrleansMq.Messages.Topics;
using OrleansMq.Storage;
using OrleansMq.Storage.ConsumeQueues;
using OrleansMq.Storage.Reading;

namespace OrleansMq.Broker.Popping;

/// <summary>
/// Takes messages out of one queue: first those that come again, then new ones. Called under the queue's lock.
/// </summary>
internal sealed class QueuePopper(
    MessageStore store, TopicCatalog topics, PopLog log, PopOptions options, BrokerIdentity identity)
{
    private const int EntriesPerStep = 64;

    public void Pop(PopCall call, PoppedQueue queue, ConsumeQueue messages)
    {
        if (queue.State is null && !Begin(call, queue, messages))
            return;

        PopQueue state = queue.State!;

        // What the group committed by other means is done, and what has expired is gone. The file of offsets may also
        // be older than the log.
        long committed = call.Group.QueryOffset(queue.Key.Topic, queue.Key.QueueId) ?? -1;
        long done = Math.Max(committed, messages.GetMinOffset());
        if (done > state.Floor || committed < state.Floor)
            log.FinishBelow(queue, done);

        int before = call.Body.Length;
        int countBefore = call.Messages.Count;
        List<PopEntry> again = ReadAgain(call, queue, messages);
        var draft = new PopDraft(state, options, call.IsOrdered, call.NowMilliseconds, call.InvisibleMilliseconds);
        foreach (PopEntry entry in again)
            call.Messages.Add(new PoppedMessage(queue.Key.QueueId, entry.Offset, draft.TakeAgain(entry)));
        int entriesBefore = call.EntriesLeft;
        TakeNew(call, queue, messages, draft);
        long cursorBefore = state.Cursor;
        if (draft.Complete() is { } batch && log.Apply(queue, batch) is { IsStored: false } refusal)
        {
            call.Body.Truncate(before);
            call.Messages.RemoveRange(countBefore, call.Messages.Count - countBefore);
            call.Refusal ??= PopOutcome.Refused(refusal.Code, refusal.Problem!);
        }

        call.Rest += Math.Max(0, messages.MaxOffset - state.Cursor);
        EndScan(call, entriesBefore, hasMoved: state.Cursor > cursorBefore);
    }

    /// <summary>
    /// Of a queue whose first message must wait, the next pop would see the same again. It waits for that message then,
    /// and the other queues are looked at as if this one had not been.
    /// </summary>
    private static void EndScan(PopCall call, int entriesBefore, bool hasMoved)
    {
        if (!hasMoved)
            call.EntriesLeft = entriesBefore;
        else if (call.IsSpent)
            call.IsCutShort = true;
    }

    /// <summary>Where the group begins is stored, so that a restart does not skip what came since.</summary>
    private bool Begin(PopCall call, PoppedQueue queue, ConsumeQueue messages)
    {
        long offset = call.Group.QueryOffset(queue.Key.Topic, queue.Key.QueueId)
            ?? (call.BeginsAtEnd ? messages.MaxOffset : messages.GetMinOffset());
        SendResult result = log.Begin(queue, Math.Min(offset, messages.MaxOffset));
        if (!result.IsStored)
            call.Refusal ??= PopOutcome.Refused(result.Code, result.Problem!);
        return result.IsStored;
    }

    private List<PopEntry> ReadAgain(PopCall call, PoppedQueue queue, ConsumeQueue messages)
    {
        List<PopEntry> again = [];
        List<long>? unwanted = null;
        int room = call.MaxMessages - call.Messages.Count;
        IReadOnlyList<PopEntry> available = queue.State!.Available(call.NowMilliseconds, room, call.IsOrdered);
        foreach (PopEntry entry in available)
        {
            if (call.Body.Length >= call.MaxBytes || call.IsSpent)
                break;

            int at = call.Body.Length;
            if (Read(messages, entry.Offset, call) != EntryStatus.Copied)
                (unwanted ??= []).Add(entry.Offset);
            else if (entry.Attempt > call.Group.Config.RetryMaxTimes)
                Bury(call, queue, entry, at);
            else
            {
                RecordPatch.AddReconsumeTimes(call.Body.Slice(at, call.Body.Length - at), entry.Attempt);
                again.Add(entry);
            }
        }

        if (unwanted is not null)
        {
            unwanted.Sort();
            log.Finish(queue, unwanted);
        }

        // In place of those that are not wanted any more there may be others.
        if (again.Count < available.Count && (available.Count == room || call.IsSpent))
            call.IsCutShort = true;
        return again;
    }

    private void TakeNew(PopCall call, PoppedQueue queue, ConsumeQueue messages, PopDraft draft)
    {
        Span<ConsumeQueueEntry> entries = stackalloc ConsumeQueueEntry[EntriesPerStep];
        long offset = queue.State!.Cursor;
        while (!call.IsFull && !call.IsSpent && log.InFlight < options.MaxInFlight)
        {
            int count = messages.Read(offset, entries);
            for (int index = 0; index < count && !call.IsFull && !call.IsSpent; index++, offset++)
            {
                call.EntriesLeft--;
                int at = call.Body.Length;
                if (Read(messages, offset, entries[index], call) != EntryStatus.Copied)
                {
                    draft.Skip(offset);
                    continue;
                }

                PopDecision decision = draft.Decide(offset, MessageGroupOf(call.Body.WrittenSpan[at..]));
                if (decision != PopDecision.Take)
                    call.Body.Truncate(at);
                if (decision == PopDecision.Stop)
                    return;
                if (decision == PopDecision.Take)
                    call.Messages.Add(new PoppedMessage(queue.Key.QueueId, offset, 1));
            }

            if (count == 0)
                return;
        }
    }

    private EntryStatus Read(ConsumeQueue messages, long offset, PopCall call)
    {
        Span<ConsumeQueueEntry> entry = stackalloc ConsumeQueueEntry[1];
        return messages.Read(offset, entry) == 1 ? Read(messages, offset, entry[0], call) : EntryStatus.Unreadable;
    }

    private EntryStatus Read(ConsumeQueue messages, long offset, in ConsumeQueueEntry entry, PopCall call) =>
        store.Reader.TryRead(messages, offset, entry, call.Filter, call.Body, ref call.StepsLeft);

    /// <summary>Makes a message that was handed out too often a dead letter, which ends it.</summary>
    private void Bury(PopCall call, PoppedQueue queue, PopEntry entry, int at)
    {
        TopicHandle? deadLetters = topics.Find(TopicNames.DeadLetterOf(call.Group.Name));
        if (deadLetters is null)
        {
            call.Body.Truncate(at);
            call.Refusal ??= PopOutcome.Lacks(new MissingDeadLetterTopic(call.Group.Name));
            return;
        }

        RecordView.TryRead(call.Body.WrittenSpan[at..], out RecordView record);
        byte[] properties = DeadLetters.Properties(record, queue.Key, entry.Attempt);
        bool isNamed = properties.Length <= RecordEncoder.MaxPropertiesBytes;
        if (!isNamed)
            properties = record.PropertiesWithoutChecksum.ToArray();
        SendResult result = log.Bury(queue, entry.Offset, deadLetters, MessageDraft.CopyOf(
            record, deadLetters.Utf8Name, 0, properties, identity.StoreHost, record.ReconsumeTimes + entry.Attempt));
        call.Body.Truncate(at);

        // One whose properties leave no room to name the message takes two records, and may come twice after a crash.
        if (result.IsStored && !isNamed)
            result = log.Finish(queue, [entry.Offset]);
        if (!result.IsStored)
            call.Refusal ??= PopOutcome.Refused(result.Code, result.Problem!);
    }

    private static uint MessageGroupOf(ReadOnlySpan<byte> record)
    {
        // Two groups with one hash wait for each other, which harms nobody.
        RecordView.TryRead(record, out RecordView view);
        return PropertyBlock.TryGet(view.Properties, PropertyNames.ShardingKey, out ReadOnlySpan<byte> group)
            ? Crc32.Compute(group)
            : 0;
    }
}

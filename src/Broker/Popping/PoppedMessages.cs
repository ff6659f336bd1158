using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using OrleansMq.Broker.Clustering;
using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Broker.Diagnostics;
using OrleansMq.Broker.Metadata;
using OrleansMq.Broker.Nodes;
using OrleansMq.Broker.Offsets;
using OrleansMq.Broker.Sending;
using OrleansMq.Broker.Topics;
using OrleansMq.Messages.Records;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;
using OrleansMq.Storage;
using OrleansMq.Storage.CommitLogs;
using OrleansMq.Storage.Dispatching;

namespace OrleansMq.Broker.Popping;

/// <summary>
/// What groups have popped from this broker's queues and not finished. Thread-safe.
/// </summary>
/// <remarks>
/// Every change is a record in the log before it shows; <see cref="PopQueue"/> is an index over these records like any
/// other. A message that comes again is not stored again: it is read from its place. One that became a dead letter is
/// finished by the record of the dead letter itself, which names it, so that no crash can leave one without the other.
/// Locks: the dispatcher's before a queue's, a queue's before the log's.
/// </remarks>
public sealed class PoppedMessages : IDispatchTarget, IOffsetResetListener
{
    private const int SmallSnapshotEntries = 20_000;
    private const long SmallSnapshotIntervalMilliseconds = 2_000;
    private const long LargeSnapshotIntervalMilliseconds = 30_000;

    [ThreadStatic]
    private static OutputBuffer? _scratch;

    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<PopKey, PoppedQueue> _queues = [];
    private readonly IndexSnapshot _snapshot;
    private readonly PopOptions _options;
    private readonly BrokerIdentity _identity;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private MessageStore? _store;
    private TopicCatalog? _topics;
    private GroupCatalog? _groups;
    private long _livesFrom = long.MaxValue;
    private int _inFlight;

    internal PoppedMessages(
        PopOptions options, IMetadataFiles files, BrokerIdentity identity, TimeProvider time, ILogger logger)
    {
        _options = options;
        _snapshot = new IndexSnapshot(files, PopSnapshot.Name, _lock);
        _identity = identity;
        _time = time;
        _logger = logger;
        LoadSnapshot();
    }

    /// <inheritdoc/>
    public long DurableUntil => _snapshot.DurableUntil;

    /// <summary>How many messages are handed out and not finished.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>Called when a message can be popped that could not before, be it by one group alone.</summary>
    internal Action<PopKey> Released { get; set; } = static _ => { };

    private long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <inheritdoc/>
    public void Dispatch(in DispatchedRecord record)
    {
        bool isOperation = record.Record.Topic.SequenceEqual(PopRecord.Topic);
        if (!isOperation && !DeadLetters.IsDeadLetter(record.Record))
            return;

        // What this process stored was applied as it was stored.
        if (record.PhysicalOffset < _livesFrom)
            Recover(record, isOperation);
        lock (_lock)
            _snapshot.Changed();
    }

    /// <inheritdoc/>
    public Action? PrepareDurable(long dispatchedUntil)
    {
        long interval = InFlight > SmallSnapshotEntries
            ? LargeSnapshotIntervalMilliseconds
            : SmallSnapshotIntervalMilliseconds;
        lock (_lock)
            return _snapshot.Prepare(dispatchedUntil, Now, interval, Encode);
    }

    /// <summary>
    /// Takes in that a consumer is done with messages of a queue. One that was handed out again meanwhile is done too:
    /// it was processed. One that is done already changes nothing.
    /// </summary>
    public SendResult Finish(PopKey key, IReadOnlyCollection<PopReceipt> receipts)
    {
        if (Find(key, out SendResult refusal) is not { } queue)
            return refusal;

        SendResult result;
        lock (queue.Lock)
        {
            if (queue.State is not { } state)
                return Unknown(key);

            var offsets = new SortedSet<long>();
            ReceiptStatus? wrong = null;
            foreach (PopReceipt receipt in receipts)
            {
                ReceiptStatus status = state.Check(receipt.Offset, receipt.PoppedAt);
                if (status is ReceiptStatus.Current or ReceiptStatus.Earlier)
                    offsets.Add(receipt.Offset);
                else if (status != ReceiptStatus.Finished)
                    wrong = status;
            }

            if (offsets.Count == 0)
                return wrong is null ? Nothing() : Refuse(key, wrong.Value);

            result = Finish(queue, offsets);
        }

        if (result.IsStored)
            Released(key);
        return result;
    }

    /// <summary>
    /// Changes when a message comes again, counted from now: later for a consumer that needs more time, sooner for one
    /// that could not process it. Only whoever got it last may do so.
    /// </summary>
    /// <param name="key">The queue.</param>
    /// <param name="receipt">The delivery.</param>
    /// <param name="invisibleMilliseconds">In how many milliseconds from now, 0 and up.</param>
    /// <param name="visibleAt">When it comes again, Unix milliseconds.</param>
    public SendResult Change(PopKey key, PopReceipt receipt, long invisibleMilliseconds, out long visibleAt)
    {
        visibleAt = Now + invisibleMilliseconds;
        long most = (long)_options.MaxInvisibleTime.TotalMilliseconds;
        if (invisibleMilliseconds < 0 || invisibleMilliseconds > most)
        {
            return SendResult.Refused(
                ResponseCode.InvalidParameter,
                $"The invisible time is {invisibleMilliseconds} ms; 0 to {most} ms are allowed.");
        }

        if (Find(key, out SendResult refusal) is not { } queue)
            return refusal;

        SendResult result;
        lock (queue.Lock)
        {
            if (queue.State is not { } state)
                return Unknown(key);

            ReceiptStatus status = state.Check(receipt.Offset, receipt.PoppedAt);
            if (status != ReceiptStatus.Current)
                return Refuse(key, status);

            OutputBuffer body = Scratch();
            PopRecord.WriteChanged(body, key, receipt.Offset, visibleAt);
            result = Append(queue, body);
        }

        if (result.IsStored)
            Released(key);
        return result;
    }

    /// <summary>
    /// Takes in that a group was sent to an offset of a queue. What is handed out is forgotten; who has it can neither
    /// acknowledge nor keep it.
    /// </summary>
    public SendResult Reset(GroupHandle group, string topic, int queueId, long offset)
    {
        ArgumentNullException.ThrowIfNull(group);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        var key = new PopKey(group.Name, topic, queueId);
        if (!_queues.TryGetValue(key, out PoppedQueue? queue))
            return Nothing();

        SendResult result;
        lock (queue.Lock)
        {
            if (queue.State is null)
                return Nothing();

            OutputBuffer body = Scratch();
            PopRecord.WriteReset(body, key, offset, Now);
            result = Append(queue, body);

            // A pop that came between the group's offset and this may have committed how far it was before.
            if (result.IsStored && group.QueryOffset(topic, queueId) != offset)
                Set(group, key, offset);
        }

        Released(key);
        return result;
    }

    /// <inheritdoc/>
    public void OnReset(GroupHandle group, TopicHandle topic, int queueId, long offset)
    {
        ArgumentNullException.ThrowIfNull(topic);
        if (Reset(group, topic.Name, queueId, offset) is { Problem: { } problem })
            _logger.PopsNotReset(group.Name, topic.Name, queueId, offset, problem);
    }

    /// <summary>Whether all messages up to one, itself included, are done for a group that pops.</summary>
    public bool IsFinished(PopKey key, long offset)
    {
        if (!_queues.TryGetValue(key, out PoppedQueue? queue))
            return false;

        lock (queue.Lock)
            return queue.State?.Floor > offset;
    }

    /// <summary>Forgets a topic that was deleted.</summary>
    public void ForgetTopic(string topic) => Forget(key => key.Topic == topic);

    /// <summary>Forgets a group that was deleted.</summary>
    public void ForgetGroup(string group) => Forget(key => key.Group == group);

    /// <summary>Connects to the store, which was opened with this as one of its targets.</summary>
    internal void Attach(MessageStore store, TopicCatalog topics, GroupCatalog groups)
    {
        _store = store;
        _topics = topics;
        _groups = groups;
        _livesFrom = store.Log.AppendedUntil;
        foreach (PoppedQueue queue in _queues.Values)
            Adopt(queue);
    }

    /// <summary>A queue that a group pops from; null when there are too many.</summary>
    internal PoppedQueue? FindOrAdd(PopKey key)
    {
        if (_queues.TryGetValue(key, out PoppedQueue? queue))
            return queue;
        return _queues.Count < _options.MaxQueues ? _queues.GetOrAdd(key, static key => new PoppedQueue(key)) : null;
    }

    /// <summary>From when on a message may be popped again, Unix milliseconds, or null.</summary>
    internal long? NextVisible(PopKey key)
    {
        if (!_queues.TryGetValue(key, out PoppedQueue? queue))
            return null;

        lock (queue.Lock)
            return queue.State?.NextVisible;
    }

    /// <summary>The first message that was never handed out, or null before the first pop.</summary>
    internal long? CursorOf(PopKey key)
    {
        if (!_queues.TryGetValue(key, out PoppedQueue? queue))
            return null;

        lock (queue.Lock)
            return queue.State?.Cursor;
    }

    /// <summary>Begins a queue at an offset. Under the queue's lock.</summary>
    internal SendResult Begin(PoppedQueue queue, long offset)
    {
        OutputBuffer body = Scratch();
        PopRecord.WriteReset(body, queue.Key, offset, atMilliseconds: 0);
        return Append(queue, body);
    }

    /// <summary>Stores and applies what a pop hands out. Under the queue's lock.</summary>
    internal SendResult Apply(PoppedQueue queue, PopBatch batch)
    {
        OutputBuffer body = Scratch();
        PopRecord.WritePopped(body, queue.Key, batch);
        return Append(queue, body);
    }

    /// <summary>Stores and applies that messages are done. Under the queue's lock.</summary>
    internal SendResult Finish(PoppedQueue queue, IReadOnlyCollection<long> offsets)
    {
        OutputBuffer body = Scratch();
        PopRecord.WriteFinished(body, queue.Key, offsets);
        return Append(queue, body);
    }

    /// <summary>Stores a dead letter, which finishes the message that it is made of. Under the queue's lock.</summary>
    internal SendResult Bury(PoppedQueue queue, long offset, TopicHandle deadLetters, scoped MessageDraft draft)
    {
        AppendResult result = _store!.Log.Append(deadLetters.Queue(draft.QueueId), new RecordEncoder(draft));
        if (result.Status == AppendStatus.Appended)
        {
            int before = queue.State!.InFlight;
            queue.ApplyDeadLetter(offset, result.EndOffset);
            Applied(queue, before);
        }

        return SendResult.Of(result, draft.QueueId, mustAwaitFlush: false);
    }

    /// <summary>Takes in, under the queue's lock, what was done by other means: committed, or expired.</summary>
    internal void FinishBelow(PoppedQueue queue, long offset)
    {
        int before = queue.State!.InFlight;
        queue.State.FinishBelow(offset);
        Applied(queue, before);
    }

    private static OutputBuffer Scratch()
    {
        OutputBuffer scratch = _scratch ??= new OutputBuffer();
        scratch.Clear();
        return scratch;
    }

    private PoppedQueue? Find(PopKey key, out SendResult refusal)
    {
        refusal = default;
        if (_queues.TryGetValue(key, out PoppedQueue? queue))
            return queue;

        refusal = Unknown(key);
        return null;
    }

    private SendResult Append(PoppedQueue queue, OutputBuffer body)
    {
        var draft = new MessageDraft
        {
            Topic = PopRecord.Topic,
            QueueId = 0,
            Body = body.WrittenSpan,
            BornTimestamp = Now,
            BornHost = _identity.StoreHost,
            StoreHost = _identity.StoreHost,
        };
        AppendResult result = _store!.Log.Append(
            _store.Queues.Get(PopRecord.Topic, 0), new RecordEncoder(draft));
        if (result.Status == AppendStatus.Appended)
        {
            int before = queue.State?.InFlight ?? 0;
            PopRecord.TryRead(body.WrittenSpan, out _, out PopOperation operation, out ReadOnlySpan<byte> rest);
            queue.Apply(operation, rest, result.EndOffset);
            Applied(queue, before);
        }

        return SendResult.Of(result, queue.Key.QueueId, _store.Log.MustAwaitFlush(result.StoreTimestamp));
    }

    private void Applied(PoppedQueue queue, int inFlightBefore)
    {
        Interlocked.Add(ref _inFlight, (queue.State?.InFlight ?? 0) - inFlightBefore);
        if (queue.State is not { } state || _groups?.Find(queue.Key.Group) is not { } group)
            return;

        // A group that consumes by other means as well may be further.
        (string topic, int queueId) = (queue.Key.Topic, queue.Key.QueueId);
        if ((group.QueryOffset(topic, queueId) ?? -1) < state.Floor)
            group.Commit(topic, queueId, state.Floor);
    }

    private void Recover(in DispatchedRecord record, bool isOperation)
    {
        if (!isOperation)
        {
            if (DeadLetters.TryReadOrigin(record.Record, out PopKey key, out long offset)
                && _queues.TryGetValue(key, out PoppedQueue? ended) && record.EndOffset > ended.AppliedUntil)
                ended.ApplyDeadLetter(offset, record.EndOffset);
            return;
        }

        bool isKnown = PopRecord.TryRead(
            record.Record.Body, out PopKey about, out PopOperation operation, out ReadOnlySpan<byte> rest);
        if (!isKnown)
        {
            _logger.PopRecordUnknown(record.PhysicalOffset);
            return;
        }

        PoppedQueue queue = _queues.GetOrAdd(about, static key => new PoppedQueue(key));
        if (record.EndOffset > queue.AppliedUntil && !queue.Apply(operation, rest, record.EndOffset)
            && operation == PopOperation.Popped && queue.State is not null)
            _logger.PopRecordUnknown(record.PhysicalOffset);
    }

    /// <summary>
    /// Log files that were taken away take messages along, whose places new ones get. And the file of offsets is older
    /// than what was read back from the log.
    /// </summary>
    private void Adopt(PoppedQueue queue)
    {
        PopKey key = queue.Key;
        if (queue.State is not { } state)
            return;

        TopicHandle? topic = _topics!.Find(key.Topic);
        bool isComplete = _store!.Dispatcher.DispatchedUntil >= _store.Log.ConfirmedUntil;
        if (topic is not null && isComplete && key.QueueId < topic.Config.ReadQueues
            && state.CutAt(topic.Queue(key.QueueId).MaxOffset))
        {
            _logger.OffsetBehindEnd(key.Group, key.Topic, key.QueueId, state.Cursor, state.Cursor);
            _snapshot.Changed();
        }

        GroupHandle? group = _groups!.Find(key.Group);
        long? committed = group?.QueryOffset(key.Topic, key.QueueId);
        bool isBehind = committed is null || (queue.IsRecovered && committed < state.Floor);
        if (group is not null && (isBehind || queue.IsResetAnew))
            Set(group, key, state.Floor);
        Interlocked.Add(ref _inFlight, state.InFlight);
    }

    private void Forget(Predicate<PopKey> isMeant)
    {
        foreach ((PopKey key, PoppedQueue queue) in _queues)
        {
            if (!isMeant(key))
                continue;

            lock (queue.Lock)
            {
                if (queue.State is null)
                    continue;

                OutputBuffer body = Scratch();
                PopRecord.WriteForgotten(body, key);
                Append(queue, body);
            }
        }
    }

    private byte[] Encode()
    {
        using var output = new OutputBuffer();
        PoppedQueue[] queues = [.. _queues.Values];
        PopSnapshot.Begin(output, queues.Length);
        foreach (PoppedQueue queue in queues)
        {
            lock (queue.Lock)
                PopSnapshot.Write(output, new SavedPopQueue(queue.Key, queue.AppliedUntil, queue.State));
        }

        return PopSnapshot.End(output.WrittenSpan);
    }

    private void LoadSnapshot()
    {
        if (_snapshot.TryRead() is not { } content)
            return;

        if (!PopSnapshot.TryDecode(content, out IReadOnlyList<SavedPopQueue>? queues, out string? problem))
        {
            _logger.PopSnapshotUnusable(problem);
            return;
        }

        foreach (SavedPopQueue saved in queues)
            _queues.GetOrAdd(saved.Key, static key => new PoppedQueue(key)).Restore(saved);
        _snapshot.Loaded();
    }

    private static void Set(GroupHandle group, PopKey key, long offset) => group.Restore(new QueueProgress(
        key.Topic, key.QueueId, offset, group.ReadOffsets(offsets => offsets.ResetsOf(key.Topic, key.QueueId))));

    private static SendResult Nothing() => new(ResponseCode.Success, null, default, -1, false);

    private static SendResult Unknown(PopKey key) => SendResult.Refused(
        ResponseCode.NoMessage,
        $"The group '{key.Group}' has popped nothing from the queue {key.QueueId} of '{key.Topic}'.");

    private static SendResult Refuse(PopKey key, ReceiptStatus status) => SendResult.Refused(
        ResponseCode.NoMessage,
        status switch
        {
            ReceiptStatus.Earlier =>
                "The message was handed out again since, so that its time is no longer this consumer's to change; it "
                + "can still be acknowledged.",
            ReceiptStatus.Finished => "The message was acknowledged or became a dead letter already.",
            ReceiptStatus.BeforeReset =>
                $"The offset of the group '{key.Group}' was set since the message was handed out; it may come again.",
            _ => $"No such message of the queue {key.QueueId} of '{key.Topic}' was handed out to '{key.Group}'; give "
                + "the handle that it came with.",
        });
}

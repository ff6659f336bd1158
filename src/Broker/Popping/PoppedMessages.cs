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
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;
using OrleansMq.Storage;
using OrleansMq.Storage.Dispatching;

namespace OrleansMq.Broker.Popping;

/// <summary>
/// What groups have popped from this broker's queues and not finished: recovered, changed as consumers and operators
/// say, and kept in a snapshot. Thread-safe.
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
    private PopLog? _log;

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
    public int InFlight => _log?.InFlight ?? 0;

    /// <summary>Called when a message can be popped that could not before, be it by one group alone.</summary>
    internal Action<PopKey> Released { get; set; } = static _ => { };

    /// <summary>Stores changes; there once the store is attached.</summary>
    internal PopLog Log => _log ?? throw new InvalidOperationException("The store is not attached yet.");

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
        long savedUntil = 0;
        lock (_lock)
        {
            Action? write = _snapshot.Prepare(dispatchedUntil, Now, interval, () => Encode(out savedUntil));
            return write is null ? null : () => Write(write, savedUntil);
        }
    }

    /// <summary>
    /// Takes in that a consumer is done with messages of a queue. One that was handed out again meanwhile is done too:
    /// it was processed. One that is done already changes nothing. A receipt that is worth nothing is refused; the
    /// others count all the same.
    /// </summary>
    /// <param name="key">The queue.</param>
    /// <param name="receipts">The deliveries.</param>
    /// <param name="finished">The messages that are done by this call, ascending.</param>
    public SendResult Finish(
        PopKey key, IReadOnlyCollection<PopReceipt> receipts, out IReadOnlyCollection<long> finished)
    {
        ArgumentNullException.ThrowIfNull(receipts);
        finished = [];
        if (Find(key, out SendResult refusal) is not { } queue)
            return refusal;

        SendResult result;
        ReceiptStatus? wrong = null;
        lock (queue.Lock)
        {
            if (queue.State is not { } state)
                return PopAnswers.Unknown(key);

            var offsets = new SortedSet<long>();
            foreach (PopReceipt receipt in receipts)
            {
                ReceiptStatus status = state.Check(receipt.Offset, receipt.PoppedAt);
                if (status is ReceiptStatus.Current or ReceiptStatus.Earlier)
                    offsets.Add(receipt.Offset);
                else if (status != ReceiptStatus.Finished)
                    wrong ??= status;
            }

            result = offsets.Count == 0 ? PopAnswers.Nothing() : Log.Finish(queue, offsets);
            if (result.IsStored)
                finished = offsets;
        }

        if (finished.Count > 0)
            Released(key);
        return result.IsStored && wrong is not null ? PopAnswers.Refuse(key, wrong.Value) : result;
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
                return PopAnswers.Unknown(key);

            ReceiptStatus status = state.Check(receipt.Offset, receipt.PoppedAt);
            if (status != ReceiptStatus.Current)
                return PopAnswers.Refuse(key, status);

            result = Log.Change(queue, receipt.Offset, visibleAt);
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
            return PopAnswers.Nothing();

        SendResult result;
        lock (queue.Lock)
        {
            if (queue.State is null)
                return PopAnswers.Nothing();

            result = Log.Reset(queue, offset, Now);

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
        _log = new PopLog(store, groups, _identity, _time);
        _livesFrom = store.Log.AppendedUntil;
        foreach (PoppedQueue queue in _queues.Values)
            Adopt(queue);
    }

    /// <summary>A queue that a group pops from, if need be an empty one; null when there are too many.</summary>
    internal PoppedQueue? FindOrAdd(PopKey key)
    {
        if (_queues.TryGetValue(key, out PoppedQueue? queue))
            return queue;
        return _queues.Count < _options.MaxQueues ? _queues.GetOrAdd(key, static key => new PoppedQueue(key)) : null;
    }

    /// <summary>Lets go of a queue about which there is nothing to know. Called under its lock.</summary>
    internal void LetGoIfEmpty(PoppedQueue queue)
    {
        if (queue.TryLetGo())
            _queues.TryRemove(KeyValuePair.Create(queue.Key, queue));
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

    private PoppedQueue? Find(PopKey key, out SendResult refusal)
    {
        refusal = default;
        if (_queues.TryGetValue(key, out PoppedQueue? queue))
            return queue;

        refusal = PopAnswers.Unknown(key);
        return null;
    }

    private void Recover(in DispatchedRecord record, bool isOperation)
    {
        if (!isOperation)
        {
            if (DeadLetters.TryReadOrigin(record.Record, out PopKey key, out long offset)
                && _queues.TryGetValue(key, out PoppedQueue? ended) && record.EndOffset > ended.AppliedUntil)
                ended.RecoverDeadLetter(offset, record.EndOffset);
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
        if (record.EndOffset > queue.AppliedUntil && !queue.Recover(operation, rest, record.EndOffset)
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
        {
            lock (queue.Lock)
                LetGoIfEmpty(queue);
            return;
        }

        TopicHandle? topic = _topics!.Find(key.Topic);
        long cursor = state.Cursor;
        bool isComplete = _store!.Dispatcher.DispatchedUntil >= _store.Log.ConfirmedUntil;
        if (topic is not null && isComplete && key.QueueId < topic.Config.ReadQueues
            && state.CutAt(topic.Queue(key.QueueId).MaxOffset))
        {
            _logger.OffsetBehindEnd(key.Group, key.Topic, key.QueueId, cursor, state.Cursor);
            _snapshot.Changed();
        }

        GroupHandle? group = _groups!.Find(key.Group);
        long? committed = group?.QueryOffset(key.Topic, key.QueueId);
        bool isBehind = committed is null || (queue.IsRecovered && committed < state.Floor);
        if (group is not null && (isBehind || queue.IsResetAnew))
            Set(group, key, state.Floor);
        Log.Adopt(state);
    }

    private void Forget(Predicate<PopKey> isMeant)
    {
        foreach ((PopKey key, PoppedQueue queue) in _queues)
        {
            if (!isMeant(key))
                continue;

            lock (queue.Lock)
            {
                if (queue.State is not null)
                    Log.Forget(queue);
                LetGoIfEmpty(queue);
            }
        }
    }

    /// <summary>
    /// A record is applied as it is stored. If the snapshot knew one that a crash takes away, another would come in its
    /// place and be passed over.
    /// </summary>
    private void Write(Action write, long savedUntil)
    {
        if (_store is null || _store.TryFlush(savedUntil))
        {
            write();
            return;
        }

        lock (_lock)
            _snapshot.Changed();
    }

    /// <summary>The snapshot, and up to where its newest record reaches.</summary>
    private byte[] Encode(out long savedUntil)
    {
        savedUntil = 0;
        int saved = 0;
        using var output = new OutputBuffer();
        PopSnapshot.Begin(output);
        foreach (PoppedQueue queue in _queues.Values)
        {
            lock (queue.Lock)
            {
                // Of what is forgotten the last record says so; whatever comes again before it is forgotten again.
                if (queue.State is null)
                    continue;

                saved++;
                savedUntil = Math.Max(savedUntil, queue.AppliedUntil);
                PopSnapshot.Write(output, new SavedPopQueue(queue.Key, queue.AppliedUntil, queue.State));
            }
        }

        return PopSnapshot.End(output.WrittenSpan, saved);
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
}

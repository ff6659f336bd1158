using System.Buffers.Text;
using System.Text;
using Microsoft.Extensions.Logging;
using OrleansMq.Broker.Delays;
using OrleansMq.Broker.Diagnostics;
using OrleansMq.Broker.Metadata;
using OrleansMq.Broker.Sending;
using OrleansMq.Broker.Topics;
using OrleansMq.Messages.Properties;
using OrleansMq.Messages.Records;
using OrleansMq.Messages.Topics;
using OrleansMq.Protocol.Codes;
using OrleansMq.Storage;
using OrleansMq.Storage.CommitLogs;
using OrleansMq.Storage.ConsumeQueues;
using OrleansMq.Storage.Dispatching;

namespace OrleansMq.Broker.Deduplication;

/// <summary>Stores a message.</summary>
internal delegate SendResult StoreMessage(TopicHandle topic, scoped MessageDraft draft);

/// <summary>Stores the messages of a batch.</summary>
internal delegate SendResult StoreMessages(
    TopicHandle topic, scoped MessageDraft draft, ICollection<long> physicalOffsets);

/// <summary>
/// Stores each unique id of a topic once within the topic's window: whoever sends it again is told where the first one
/// is. Thread-safe.
/// </summary>
/// <remarks>
/// <see cref="PublishTable"/> is an index over the log like any other, but it must know a message before the dispatcher
/// shows it: a send enters its id itself, under the lock of the id, and what the dispatcher says counts only for
/// records that were there as the store was opened. The snapshot is of a position below all sends that are under way,
/// so that none is missing from it. An id whose record a power cut took is not known afterwards, and
/// its message is stored when it comes again.
/// </remarks>
public sealed class IdempotentPublish : IDispatchTarget
{
    private const int SmallSnapshotEntries = 20_000;
    private const long SmallSnapshotIntervalMilliseconds = 2_000;
    private const long LargeSnapshotIntervalMilliseconds = 30_000;

    private static readonly byte[] ScheduleTopic = Encoding.ASCII.GetBytes(TopicNames.Schedule);

    private readonly Lock _lock = new();
    private readonly IdLocks _idLocks = new();
    private readonly PublishTable _table;
    private readonly IndexSnapshot _snapshot;
    private readonly DeduplicationOptions _options;
    private readonly Dictionary<string, long>.AlternateLookup<ReadOnlySpan<byte>> _windows;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private long _recoverUntil = long.MaxValue;
    private long _notedUntil;
    private MessageStore? _store;
    private DelayedMessages? _delayed;

    /// <summary>Goes on from the snapshot.</summary>
    /// <param name="options">The limits.</param>
    /// <param name="topics">The topics as they are before the store is opened, which reads records of them.</param>
    /// <param name="files">Where the snapshot is.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Is told of a snapshot that cannot be used.</param>
    internal IdempotentPublish(
        DeduplicationOptions options, IEnumerable<TopicConfig> topics, IMetadataFiles files, TimeProvider time,
        ILogger logger)
    {
        _options = options;
        _table = new PublishTable(options.MaxEntries);
        _snapshot = new IndexSnapshot(files, PublishSnapshot.Name, _lock);
        _windows = topics
            .Select(topic => (topic.Name, Window: (long)TopicAttributes.ReadWindow(topic.Attributes).TotalMilliseconds))
            .Where(topic => topic.Window > 0)
            .ToDictionary(topic => topic.Name, topic => topic.Window, TopicKeyComparer.Instance)
            .GetAlternateLookup<ReadOnlySpan<byte>>();
        _time = time;
        _logger = logger;
        LoadSnapshot();
    }

    /// <inheritdoc/>
    public long DurableUntil => _snapshot.DurableUntil;

    /// <summary>How many unique ids are remembered.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _table.Count;
        }
    }

    private long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <inheritdoc/>
    public void Dispatch(in DispatchedRecord record)
    {
        // What is stored now is entered by its sender. What is called back may not have been taken out by its caller
        // yet: a snapshot that holds for a later position must not have it any more.
        bool isStoredNow = record.PhysicalOffset >= _recoverUntil;
        bool isMadeByBroker = !record.TransactionFrom.IsEmpty || !record.DeadLetterFrom.IsEmpty;
        if (record.UniqueKey.IsEmpty || isMadeByBroker || (isStoredNow && record.TimerFrom.IsEmpty))
            return;

        bool isScheduled = record.Record.Topic.SequenceEqual(ScheduleTopic);
        bool isRecall = isScheduled && record.DueTime.IsEmpty && !record.TimerFrom.IsEmpty;

        // What was delivered after it had waited, or was parked anew, was published as it was parked first.
        if (!record.TimerFrom.IsEmpty && !isRecall)
            return;

        ReadOnlySpan<byte> topic = record.Record.Topic;
        if (isScheduled && !record.Record.TryGetProperty(PropertyNames.RealTopic, out topic))
            return;
        if (isRecall)
        {
            if (Utf8Parser.TryParse(record.TimerFrom, out long from, out _))
                Forget(PublishId.Of(topic, record.UniqueKey), ParkedMessage.FirstOf(record.Record.Properties, from));
            return;
        }

        if (!_windows.TryGetValue(topic, out long window))
            return;

        UInt128 id = PublishId.Of(topic, record.UniqueKey);
        lock (_lock)
        {
            if (_table.Put(id, Read(record, window), Now))
                _snapshot.Changed();
        }
    }

    /// <inheritdoc/>
    public Action? PrepareDurable(long dispatchedUntil)
    {
        // A message can be dispatched before its sender, on another thread, has entered its id.
        long pendingFrom = _idLocks.PendingFrom;

        // What was stored but not dispatched yet is known here already, and comes again.
        lock (_lock)
        {
            // A sender that was not there yet as a position was noted appends behind it, whatever it says itself.
            _notedUntil = Math.Max(_notedUntil, Math.Min(dispatchedUntil, pendingFrom));
            long position = _notedUntil;
            if (_table.Expire(Now))
                _snapshot.Changed();
            long interval = _table.Count > SmallSnapshotEntries
                ? LargeSnapshotIntervalMilliseconds
                : SmallSnapshotIntervalMilliseconds;
            return _snapshot.Prepare(position, Now, interval, () => PublishSnapshot.Encode(
                position,
                [.. _table.Messages.Where(pair => pair.Value.PhysicalOffset < position)
                    .OrderBy(pair => pair.Value.PhysicalOffset)]));
        }
    }

    /// <summary>Connects to the store, which was opened with this as one of its targets.</summary>
    internal void Attach(MessageStore store, DelayedMessages delayed)
    {
        _store = store;
        _delayed = delayed;
        Volatile.Write(ref _recoverUntil, store.Log.AppendedUntil);
    }

    /// <summary>
    /// Stores a message, or tells where the first one of its id is. One without an id is stored, and so is each half
    /// message: a transaction is known by its half message, not by an id.
    /// </summary>
    internal SendResult Once(TopicHandle topic, scoped MessageDraft draft, StoreMessage store)
    {
        var properties = new SentProperties(draft.Properties);
        bool hasKey = PropertyBlock.TryGet(draft.Properties, PropertyNames.UniqueKey, out ReadOnlySpan<byte> key)
            && !key.IsEmpty;
        if (!hasKey || properties.IsHalfMessage || _store!.Log.Failure is not null)
            return store(topic, draft);

        UInt128 id = PublishId.Of(topic.Utf8Name, key);
        ulong locks = _idLocks.Enter(id, _store.Log.AppendedUntil);
        try
        {
            if (Find(topic, id) is { } first)
                return Again(first, first, properties.WaitsForFlush);
            if (!HasRoom(1))
                return RefuseFull();

            SendResult result = store(topic, draft);
            if (result.IsStored)
            {
                Put(topic, id, new PublishedMessage(
                    result.Append.PhysicalOffset, result.Append.EndOffset, result.QueueId, result.Append.QueueOffset,
                    result.Append.StoreTimestamp, topic.IdempotentWindowMilliseconds, result.RecallHandle is not null));
            }

            return result;
        }
        finally
        {
            _idLocks.Exit(locks);
        }
    }

    /// <summary>
    /// Stores those messages of a batch whose ids are new. The answer names the place of each, the first one's queue
    /// and the first one's offset there.
    /// </summary>
    internal SendResult OnceEach(
        TopicHandle topic, scoped MessageDraft draft, ICollection<long> physicalOffsets, StoreMessages store)
    {
        if (!BatchIds.TryRead(topic.Utf8Name, draft.Body, out BatchIds ids) || !ids.HasIds
            || _store!.Log.Failure is not null)
        {
            return store(topic, draft, physicalOffsets);
        }

        ulong locks = _idLocks.Enter(ids, _store.Log.AppendedUntil);
        try
        {
            return OnceEachLocked(topic, draft, ids, physicalOffsets, store);
        }
        finally
        {
            _idLocks.Exit(locks);
        }
    }

    /// <summary>Takes in that a message was called back: it may be published again.</summary>
    /// <param name="topic">The topic that it was for.</param>
    /// <param name="uniqueKey">Its id, which another message may have by now.</param>
    /// <param name="first">Where it was parked first.</param>
    internal void Forget(string topic, string uniqueKey, long first) =>
        Forget(PublishId.Of(Encoding.UTF8.GetBytes(topic), Encoding.UTF8.GetBytes(uniqueKey)), first);

    private void Forget(UInt128 id, long physicalOffset)
    {
        lock (_lock)
        {
            if (_table.Remove(id, physicalOffset))
                _snapshot.Changed();
        }
    }

    private SendResult OnceEachLocked(
        TopicHandle topic, scoped MessageDraft draft, BatchIds ids, ICollection<long> physicalOffsets,
        StoreMessages store)
    {
        var found = new PublishedMessage?[ids.Count];
        var isNew = new List<int>();
        var firstOf = new Dictionary<UInt128, int>();
        for (int index = 0; index < ids.Count; index++)
        {
            found[index] = ids[index] is { } id ? Find(topic, id) : null;
            if (found[index] is null && (ids[index] is not { } key || firstOf.TryAdd(key, index)))
                isNew.Add(index);
        }

        SendResult result = default;
        if (isNew.Count > 0)
        {
            if (!HasRoom(isNew.Count))
                return RefuseFull();

            var stored = new List<long>(isNew.Count);
            result = isNew.Count == ids.Count
                ? store(topic, draft, stored)
                : store(topic, draft.WithBody(ids.Pick(draft.Body, isNew)), stored);
            if (!result.IsStored)
                return result;

            for (int at = 0; at < stored.Count; at++)
                found[isNew[at]] = PutNew(topic, ids[isNew[at]], result, stored[at], at);
        }

        PublishedMessage[] all =
            [.. found.Select((message, index) => message ?? found[firstOf[ids[index]!.Value]]!.Value)];
        foreach (PublishedMessage message in all)
            physicalOffsets.Add(message.PhysicalOffset);
        if (isNew.Count == ids.Count)
            return result;

        SendResult again = Again(all[0], all.MaxBy(message => message.EndOffset), waitsForFlush: true);
        return again with { MustAwaitFlush = again.MustAwaitFlush || result.MustAwaitFlush };
    }

    private PublishedMessage PutNew(TopicHandle topic, UInt128? id, SendResult result, long physicalOffset, int at)
    {
        var message = new PublishedMessage(
            physicalOffset, result.Append.EndOffset, result.QueueId, result.Append.QueueOffset + at,
            result.Append.StoreTimestamp, topic.IdempotentWindowMilliseconds, IsParked: false);
        if (id is { } known)
            Put(topic, known, message);
        return message;
    }

    /// <summary>
    /// The first message of an id, if it is still kept: with a message that was deleted its id is forgotten.
    /// </summary>
    private PublishedMessage? Find(TopicHandle topic, UInt128 id)
    {
        PublishedMessage first;
        lock (_lock)
        {
            if (!_table.TryFind(id, Now, topic.IdempotentWindowMilliseconds, out first))
                return null;
        }

        bool isKept = first.PhysicalOffset >= _store!.Log.MinOffset
            && (first.IsParked || topic.Queue(first.QueueId).Floor <= first.QueueOffset);
        return isKept ? first : null;
    }

    private void Put(TopicHandle topic, UInt128 id, in PublishedMessage message)
    {
        // The window was taken away this very moment.
        if (topic.IdempotentWindowMilliseconds == 0)
            return;

        lock (_lock)
        {
            if (_table.Put(id, message, Now))
                _snapshot.Changed();
        }
    }

    private bool HasRoom(int ids)
    {
        lock (_lock)
            return _table.HasRoom(ids, Now);
    }

    private SendResult Again(PublishedMessage first, PublishedMessage last, bool waitsForFlush)
    {
        var append = new AppendResult(
            AppendStatus.Appended, first.PhysicalOffset, first.QueueOffset, last.StoredMilliseconds, last.EndOffset);
        bool mustAwait = waitsForFlush && last.EndOffset > _store!.Log.FlushedUntil
            && _store.Log.MustAwaitFlush(last.StoredMilliseconds);
        return new SendResult(ResponseCode.Success, null, append, first.QueueId, mustAwait)
        {
            IsRepeated = true,
            RecallHandle = first.IsParked ? _delayed!.RecallHandleAt(first.PhysicalOffset) : null,
        };
    }

    private static PublishedMessage Read(in DispatchedRecord record, long window)
    {
        bool isParked = !record.DueTime.IsEmpty;
        int queueId = isParked && ParkedMessage.TryRead(record.Record.Properties, out ParkedMessage parked)
            ? parked.QueueId
            : record.Record.QueueId;
        return new PublishedMessage(
            record.PhysicalOffset, record.EndOffset, queueId, record.Record.QueueOffset, record.StoreTimestamp, window,
            isParked);
    }

    private SendResult RefuseFull() => SendResult.Refused(
        ResponseCode.SystemBusy,
        $"{_options.MaxEntries} unique ids are remembered, the most there may be, so that no other can be told from "
        + "one that was sent before. Send again later, shorten the windows of topics, or raise "
        + $"{DeduplicationOptions.Section}:{nameof(DeduplicationOptions.MaxEntries)}.");

    private void LoadSnapshot()
    {
        if (_snapshot.TryRead() is not { } content)
            return;

        if (!PublishSnapshot.TryDecode(content, out var messages, out string? problem))
        {
            _logger.PublishSnapshotUnusable(problem);
            return;
        }

        foreach ((UInt128 id, PublishedMessage message) in messages)
            _table.Put(id, message, Now);
        _snapshot.Loaded();
    }
}

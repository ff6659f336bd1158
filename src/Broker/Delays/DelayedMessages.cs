using System.Buffers.Text;
using System.Text;
using Microsoft.Extensions.Logging;
using OrleansMq.Broker.Diagnostics;
using OrleansMq.Broker.Metadata;
using OrleansMq.Broker.Nodes;
using OrleansMq.Broker.Sending;
using OrleansMq.Broker.Topics;
using OrleansMq.Messages.Properties;
using OrleansMq.Messages.Records;
using OrleansMq.Messages.Topics;
using OrleansMq.Protocol.Codes;
using OrleansMq.Storage;
using OrleansMq.Storage.CommitLogs;
using OrleansMq.Storage.Dispatching;
using OrleansMq.Storage.Retention;
using OrleansMq.Storage.Workers;

namespace OrleansMq.Broker.Delays;

/// <summary>
/// Messages that wait for their delivery time: delay levels, times of the sender's choosing, and retries. Each waits as
/// a record in the schedule topic and as an entry of one timer wheel; when it is due a copy goes to its real queue.
/// </summary>
/// <remarks>
/// The wheel is an index over the log like any other: a parked record adds an entry, a delivered copy, which names the
/// record it came from, removes it. So after a crash the dispatcher brings back exactly what was still waiting, and
/// nothing is delivered twice. Entries being delivered stay in the wheel's snapshot until their copy was dispatched.
/// A message that waits longer than half of the store's retention is parked anew before its record expires; the new
/// record names the old one and thereby takes its place. One that is called back is removed the same way.
/// </remarks>
public sealed class DelayedMessages : IDispatchTarget, IRecordHolder, IStoreWorker
{
    private const int DeliveriesPerStep = 256;
    private const int SmallSnapshotEntries = 20_000;
    private const long SmallSnapshotIntervalMilliseconds = 2_000;
    private const long LargeSnapshotIntervalMilliseconds = 30_000;
    private const long PutOffMilliseconds = 1_000;
    private const long MaxSleepMilliseconds = 60_000;

    /// <summary>The most messages that are hurried at a time, while the lock is held.</summary>
    private const int MovesPerStep = 10_000;

    /// <summary>A message is found once for each time it was parked anew; others may share the hash.</summary>
    private const int MaxRecallCandidates = 256;

    private static readonly byte[] ScheduleTopic = Encoding.ASCII.GetBytes(TopicNames.Schedule);

    private readonly Lock _lock = new();
    private readonly TimerWheel _wheel;
    private readonly RecordCounts _records;
    private readonly Dictionary<long, TimerEntry> _delivering = [];
    private readonly TimerEntry[] _due = new TimerEntry[DeliveriesPerStep];
    private readonly BrokerOptions _options;
    private readonly DelayLevels _levels;
    private readonly long _rollAfterMilliseconds;
    private readonly IndexSnapshot _snapshot;
    private readonly BrokerIdentity _identity;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private MessageStore? _store;
    private Action _pump = static () => { };

    internal DelayedMessages(
        BrokerOptions options, StoreOptions storeOptions, IMetadataFiles files, BrokerIdentity identity,
        TimeProvider time, ILogger logger)
    {
        _rollAfterMilliseconds = (long)(storeOptions.Retention / 2).TotalMilliseconds;
        _records = new RecordCounts(storeOptions.CommitLogFileBytes);
        _options = options;
        _levels = DelayLevels.Parse(options.DelayLevels);
        _snapshot = new IndexSnapshot(files, TimerSnapshot.Name, _lock);
        _identity = identity;
        _time = time;
        _logger = logger;
        _wheel = new TimerWheel(options.MaxTimerEntries);
        LoadSnapshot();
    }

    /// <inheritdoc/>
    public string Name => "omq-timer";

    /// <inheritdoc/>
    public WorkerSignal Signal { get; } = new();

    /// <inheritdoc/>
    public long DurableUntil => _snapshot.DurableUntil;

    /// <summary>Messages that wait.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _wheel.Count + _delivering.Count;
        }
    }

    /// <summary>For how long the message that waits longest behind its time has been due; 0 when none is.</summary>
    public long OverdueMilliseconds
    {
        get
        {
            lock (_lock)
            {
                long due = Math.Min(
                    _wheel.NextDue ?? long.MaxValue, _delivering.Values.Select(entry => entry.DueMilliseconds)
                        .DefaultIfEmpty(long.MaxValue).Min());
                return Math.Max(0, Now - Math.Min(due, Now));
            }
        }
    }

    /// <inheritdoc/>
    public string Subject => "Messages that wait for their time";

    /// <inheritdoc/>
    public long NeededFrom
    {
        get
        {
            lock (_lock)
                return _records.LowestFile;
        }
    }

    /// <summary>Whether the message that is parked at a position waits.</summary>
    public bool IsWaiting(long physicalOffset)
    {
        lock (_lock)
            return _wheel.Contains(physicalOffset) || _delivering.ContainsKey(physicalOffset);
    }

    private long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>
    /// Stores a message that asks to be delivered later; one that is due already goes to its queue at once.
    /// </summary>
    internal SendResult Park(TopicHandle topic, scoped MessageDraft draft, bool waitsForFlush)
    {
        DeliveryTime delivery = DeliveryTime.Of(draft.Properties, Now, _levels, _options.MaxDelay);
        return delivery.Kind switch
        {
            DeliveryKind.Refused => SendResult.Refused(ResponseCode.MessageIllegal, delivery.Problem!),
            DeliveryKind.Now => Append(
                topic.Utf8Name, draft.With(ParkedMessage.WithoutBrokerProperties(draft.Properties)), waitsForFlush),
            _ => Park(topic, draft, delivery, waitsForFlush),
        };
    }

    /// <inheritdoc/>
    public void Dispatch(in DispatchedRecord record)
    {
        if (!record.TimerFrom.IsEmpty)
            Remove(record.TimerFrom);
        if (!record.DueTime.IsEmpty && record.Record.Topic.SequenceEqual(ScheduleTopic))
            Add(record);
    }

    /// <inheritdoc/>
    public Action? PrepareDurable(long dispatchedUntil)
    {
        lock (_lock)
        {
            long now = Now;
            int count = _wheel.Count + _delivering.Count;
            long interval = count > SmallSnapshotEntries
                ? LargeSnapshotIntervalMilliseconds
                : SmallSnapshotIntervalMilliseconds;
            return _snapshot.Prepare(
                dispatchedUntil, now, interval,
                () => TimerSnapshot.Encode(dispatchedUntil, [.. _wheel.Entries(), .. _delivering.Values]));
        }
    }

    /// <summary>Lets messages be parked anew at once, as <see cref="PumpOnce"/> does with what is not due.</summary>
    public void MoveAbove(long position)
    {
        lock (_lock)
        {
            long now = Now;
            TimerEntry[] low =
                [.. _wheel.Entries().Where(
                    entry => entry.PhysicalOffset < position && entry.DueMilliseconds > now).Take(MovesPerStep)];
            foreach (TimerEntry entry in low)
            {
                _wheel.Remove(entry.PhysicalOffset);
                _wheel.Add(entry with { DueMilliseconds = now });
            }
        }

        Signal.Set();
    }

    /// <inheritdoc/>
    public TimeSpan PumpOnce()
    {
        int count;
        long? nextDue;
        long now = Now;
        lock (_lock)
        {
            count = _wheel.Advance(now, _due);
            nextDue = _wheel.NextDue;
            foreach (TimerEntry entry in _due.AsSpan(0, count))
                _delivering[entry.PhysicalOffset] = entry;
        }

        foreach (TimerEntry entry in _due.AsSpan(0, count))
            Deliver(entry);
        if (count > 0)
            _pump();
        if (count == _due.Length)
            return TimeSpan.Zero;
        return nextDue is { } due
            ? TimeSpan.FromMilliseconds(Math.Clamp(due - Now, 0, MaxSleepMilliseconds))
            : Timeout.InfiniteTimeSpan;
    }

    /// <summary>
    /// Calls back a message that waits: it will not be delivered. Refused when it was delivered, is being delivered, or
    /// never waited here.
    /// </summary>
    internal SendResult Recall(RecallHandle handle)
    {
        byte[] key = Encoding.UTF8.GetBytes(handle.UniqueKey);
        byte[] topic = Encoding.UTF8.GetBytes(handle.Topic);
        foreach (long position in _store!.Index.Find(ScheduleTopic, key, 0, long.MaxValue, MaxRecallCandidates))
        {
            if (TryRecall(position, topic, key, out SendResult result))
                return result;
        }

        return SendResult.Refused(
            ResponseCode.SystemError,
            $"No message '{handle.UniqueKey}' of '{handle.Topic}' waits here: it was delivered, or called back "
            + "before.");
    }

    private bool TryRecall(long position, ReadOnlySpan<byte> topic, ReadOnlySpan<byte> key, out SendResult result)
    {
        result = default;
        if (!_store!.Log.TryRead(position, out RecordLease lease))
            return false;

        using (lease)
        {
            bool isWanted = RecordView.TryRead(lease.Bytes, out RecordView record) == RecordDefect.None
                && ParkedMessage.TryRead(record.Properties, out ParkedMessage parked)
                && parked.Topic.SequenceEqual(topic)
                && record.TryGetProperty(PropertyNames.UniqueKey, out ReadOnlySpan<byte> found)
                && found.SequenceEqual(key);
            if (!isWanted || !TryClaim(position, record, out TimerEntry entry))
                return false;

            result = Append(
                ScheduleTopic,
                new MessageDraft
                {
                    Topic = ScheduleTopic,
                    QueueId = record.QueueId,
                    Body = [],

                    // Which message it was, too: its id may be published again, also after a crash.
                    Properties = new PropertyEditor().Set(PropertyNames.TimerFrom, position)
                        .Set(PropertyNames.RealTopic, topic).Set(PropertyNames.UniqueKey, key).ApplyTo([]),
                    BornTimestamp = Now,
                    BornHost = _identity.StoreHost,
                    StoreHost = _identity.StoreHost,
                },
                waitsForFlush: true);
            if (!result.IsStored)
                PutOff(entry, result.Problem!);
            return true;
        }
    }

    /// <summary>Takes an entry out of the wheel, so that nobody delivers it meanwhile.</summary>
    private bool TryClaim(long position, RecordView record, out TimerEntry entry)
    {
        entry = new TimerEntry(Now, position, record.Bytes.Length);
        lock (_lock)
        {
            if (!_wheel.Remove(position))
                return false;

            _delivering[position] = entry;
            return true;
        }
    }

    /// <summary>Connects to the store, which was opened with this as one of its targets.</summary>
    internal void Attach(MessageStore store, Action pump)
    {
        _store = store;
        _pump = pump;
    }

    private SendResult Park(TopicHandle topic, scoped MessageDraft draft, DeliveryTime delivery, bool waitsForFlush)
    {
        if (Count >= _options.MaxTimerEntries)
        {
            return SendResult.Refused(
                ResponseCode.SystemBusy,
                $"{_options.MaxTimerEntries} messages wait for their time already; send again later or raise "
                + $"{nameof(BrokerOptions.MaxTimerEntries)}.");
        }

        int queueId = delivery.Kind == DeliveryKind.AtLevel ? delivery.Level - 1 : _levels.Count;
        byte[] properties = ParkedMessage.Park(
            draft.Properties, topic.Utf8Name, draft.QueueId, delivery.DueMilliseconds);
        if (properties.Length > RecordEncoder.MaxPropertiesBytes)
        {
            return SendResult.Refused(
                ResponseCode.MessageIllegal, "The properties of the delayed message are too long.");
        }

        // The sender is told the queue it chose: where the message waits is the broker's business.
        SendResult parked = Append(ScheduleTopic, draft.For(ScheduleTopic, queueId, properties), waitsForFlush);
        return parked with
        {
            QueueId = draft.QueueId,
            RecallHandle = parked.IsStored ? RecallHandleOf(topic, draft, delivery) : null,
        };
    }

    private string? RecallHandleOf(TopicHandle topic, scoped MessageDraft draft, DeliveryTime delivery) =>
        PropertyBlock.TryGet(draft.Properties, PropertyNames.UniqueKey, out ReadOnlySpan<byte> key) && !key.IsEmpty
            ? new RecallHandle(
                topic.Name, _identity.BrokerName, delivery.DueMilliseconds, Encoding.UTF8.GetString(key)).ToString()
            : null;

    /// <summary>By which the message that was parked at a position can be called back; null when it is gone.</summary>
    internal string? RecallHandleAt(long position)
    {
        if (!_store!.Log.TryRead(position, out RecordLease lease))
            return null;

        using (lease)
        {
            return RecordView.TryRead(lease.Bytes, out RecordView record) == RecordDefect.None
                && ParkedMessage.TryRead(record.Properties, out ParkedMessage parked)
                && record.TryGetProperty(PropertyNames.UniqueKey, out ReadOnlySpan<byte> key)
                ? new RecallHandle(
                    Encoding.UTF8.GetString(parked.Topic), _identity.BrokerName, parked.DueMilliseconds,
                    Encoding.UTF8.GetString(key)).ToString()
                : null;
        }
    }

    private SendResult Append(ReadOnlySpan<byte> topic, scoped MessageDraft draft, bool waitsForFlush)
    {
        AppendResult result = _store!.Log.Append(_store.Queues.Get(topic, draft.QueueId), new RecordEncoder(draft));
        return SendResult.Of(result, draft.QueueId, waitsForFlush && _store.Log.MustAwaitFlush(result.StoreTimestamp));
    }

    private void Add(in DispatchedRecord record)
    {
        if (!ParkedMessage.TryRead(record.Record.Properties, out ParkedMessage parked))
            return;

        // Replayed records that the snapshot knows already change nothing.
        long wakeAt = Math.Min(parked.DueMilliseconds, record.StoreTimestamp + _rollAfterMilliseconds);
        lock (_lock)
            Add(new TimerEntry(wakeAt, record.PhysicalOffset, record.Record.Bytes.Length));
        Signal.Set();
    }

    private void Add(TimerEntry entry)
    {
        TimerAddStatus status = _wheel.Add(entry);
        if (status == TimerAddStatus.Added)
        {
            _records.Add(entry.PhysicalOffset);
            _snapshot.Changed();
        }

        if (status == TimerAddStatus.Full)
            _logger.TimerFull(entry.PhysicalOffset, _options.MaxTimerEntries);
    }

    /// <summary>Takes in that the copy of a parked record was dispatched.</summary>
    private void Remove(ReadOnlySpan<byte> from)
    {
        if (!Utf8Parser.TryParse(from, out long physicalOffset, out _))
            return;

        lock (_lock)
        {
            if (_delivering.Remove(physicalOffset) | _wheel.Remove(physicalOffset))
            {
                _records.Remove(physicalOffset);
                _snapshot.Changed();
            }
        }
    }

    private void Deliver(TimerEntry entry)
    {
        if (!_store!.Log.TryRead(entry.PhysicalOffset, out RecordLease lease))
        {
            _logger.DelayedMessageLost(entry.PhysicalOffset, "it is no longer kept");
            Forget(entry);
            return;
        }

        using (lease)
        {
            RecordDefect defect = RecordView.TryRead(lease.Bytes, out RecordView record);
            if (defect != RecordDefect.None || !ParkedMessage.TryRead(record.Properties, out ParkedMessage parked))
            {
                _logger.DelayedMessageLost(entry.PhysicalOffset, "it cannot be read");
                Forget(entry);
                return;
            }

            SendResult result = parked.DueMilliseconds > Now ? Roll(record, parked) : Deliver(record, parked);
            if (!result.IsStored)
                PutOff(entry, result.Problem!);
        }
    }

    private SendResult Deliver(RecordView record, ParkedMessage parked) => Append(
        parked.Topic,
        MessageDraft.CopyOf(
            record, parked.Topic, parked.QueueId,
            ParkedMessage.Deliver(record.PropertiesWithoutChecksum, record.PhysicalOffset),
            _identity.StoreHost, record.ReconsumeTimes),
        waitsForFlush: false);

    /// <summary>Parks a message anew whose record would expire before it is due.</summary>
    private SendResult Roll(RecordView record, ParkedMessage parked) => Append(
        ScheduleTopic,
        MessageDraft.CopyOf(
            record, ScheduleTopic, record.QueueId,
            ParkedMessage.Roll(record.PropertiesWithoutChecksum, record.PhysicalOffset, parked.DueMilliseconds),
            _identity.StoreHost, record.ReconsumeTimes),
        waitsForFlush: false);

    private void PutOff(TimerEntry entry, string problem)
    {
        _logger.DeliveryPutOff(entry.PhysicalOffset, problem);
        lock (_lock)
        {
            if (_delivering.Remove(entry.PhysicalOffset))
            {
                _records.Remove(entry.PhysicalOffset);
                Add(entry with { DueMilliseconds = Now + PutOffMilliseconds });
            }
        }
    }

    private void Forget(TimerEntry entry)
    {
        lock (_lock)
        {
            if (_delivering.Remove(entry.PhysicalOffset))
            {
                _records.Remove(entry.PhysicalOffset);
                _snapshot.Changed();
            }
        }
    }

    private void LoadSnapshot()
    {
        byte[]? content = _snapshot.TryRead();
        if (content is null)
            return;

        if (!TimerSnapshot.TryDecode(content, out TimerSnapshot? snapshot, out string? problem))
        {
            _logger.TimerSnapshotUnusable(problem);
            return;
        }

        foreach (TimerEntry entry in snapshot.Entries)
            Add(entry);
        _snapshot.Loaded();
    }
}

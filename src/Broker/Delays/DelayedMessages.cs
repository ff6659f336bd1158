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
/// a record in the schedule topic and as an entry of one timer queue; when it is due a copy goes to its real queue.
/// </summary>
/// <remarks>
/// The queue is an index over the log like any other: a parked record adds an entry, a delivered copy, which names the
/// record it came from, removes it. So after a crash the dispatcher brings back exactly what was still waiting, and
/// nothing is delivered twice. Entries being delivered stay in the queue's snapshot until their copy was dispatched.
/// A message that waits longer than half of the store's retention is parked anew before its record expires; the new
/// record names the old one and thereby takes its place. One that is called back is removed the same way.
/// </remarks>
public sealed class DelayedMessages : IDispatchTarget, IRecordHolder, IStoreWorker
{
    private const int DeliveriesPerStep = 256;
    private const long PutOffMilliseconds = 1_000;

    /// <summary>The longest sleep while messages wait: how late a clock that was set forward is noticed.</summary>
    private const long MaxSleepMilliseconds = 50;

    /// <summary>The most messages that are hurried at a time.</summary>
    private const int MovesPerStep = 10_000;

    /// <summary>A message is found once for each time it was parked anew; others may share the hash.</summary>
    private const int MaxRecallCandidates = 256;

    private static readonly byte[] ScheduleTopic = Encoding.ASCII.GetBytes(TopicNames.Schedule);

    private readonly TimerIndex _timers;
    private readonly TimerEntry[] _due = new TimerEntry[DeliveriesPerStep];
    private readonly BrokerOptions _options;
    private readonly DelayLevels _levels;
    private readonly long _rollAfterMilliseconds;
    private readonly BrokerIdentity _identity;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private MessageStore? _store;
    private long _firstDueInHand = long.MaxValue;
    private Action _pump = static () => { };

    internal DelayedMessages(
        BrokerOptions options, StoreOptions storeOptions, IMetadataFiles files, BrokerIdentity identity,
        TimeProvider time, ILogger logger)
    {
        _rollAfterMilliseconds = (long)(storeOptions.Retention / 2).TotalMilliseconds;
        _options = options;
        _levels = DelayLevels.Parse(options.DelayLevels);
        _identity = identity;
        _time = time;
        _logger = logger;
        _timers = new TimerIndex(files, storeOptions.CommitLogFileBytes, Now, logger);
    }

    /// <inheritdoc/>
    public string Name => "omq-timer";

    /// <inheritdoc/>
    public WorkerSignal Signal { get; } = new();

    /// <inheritdoc/>
    public long DurableUntil => _timers.DurableUntil;

    /// <summary>Messages that wait.</summary>
    public int Count => _timers.Count;

    /// <summary>When the next one is due, Unix milliseconds; null when none waits.</summary>
    public long? NextDue => _timers.NextDue;

    /// <summary>For how long the message that waits longest behind its time has been due; 0 when none is.</summary>
    public long OverdueMilliseconds
    {
        get
        {
            // What a restart found being delivered has the time 0, for a moment.
            long due = Math.Min(_timers.NextDue ?? long.MaxValue, Volatile.Read(ref _firstDueInHand));
            return due > 0 ? Math.Max(0, Now - due) : 0;
        }
    }

    /// <inheritdoc/>
    public string Subject => "Messages that wait for their time";

    /// <inheritdoc/>
    public long NeededFrom => _timers.LowestFile;

    private long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Whether the message that is parked at a position waits or is being delivered.</summary>
    public bool IsWaiting(long physicalOffset) => _timers.Contains(physicalOffset);

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
        if (Utf8Parser.TryParse(record.TimerFrom, out long from, out _))
            _timers.Remove(from, record.PhysicalOffset);
        if (!record.DueTime.IsEmpty && record.Record.Topic.SequenceEqual(ScheduleTopic))
            Add(record);
    }

    /// <inheritdoc/>
    public Action? PrepareDurable(long dispatchedUntil) => _timers.PrepareDurable(dispatchedUntil, Now);

    /// <summary>Lets messages be parked anew at once, as <see cref="PumpOnce"/> does with what is not due.</summary>
    public void MoveAbove(long position)
    {
        _timers.HurryBelow(position, Now, MovesPerStep);
        Signal.Set();
    }

    /// <inheritdoc/>
    public TimeSpan PumpOnce()
    {
        int count = _timers.Take(Now, _due, out long? nextDue);
        int delivered = 0;
        if (count > 0)
            Volatile.Write(ref _firstDueInHand, _due[0].DueMilliseconds);
        while (delivered < count && TryDeliver(_due[delivered]))
            delivered++;
        if (count > 0)
            _pump();
        foreach (TimerEntry entry in _due.AsSpan(delivered, count - delivered))
            _timers.PutBack(entry);
        Volatile.Write(ref _firstDueInHand, long.MaxValue);
        if (delivered < count)
            return TimeSpan.FromMilliseconds(PutOffMilliseconds);
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
    /// <param name="handle">By which it is known.</param>
    /// <param name="first">Where it was parked first, as its sender was told.</param>
    internal SendResult Recall(RecallHandle handle, out long first)
    {
        first = -1;
        byte[] key = Encoding.UTF8.GetBytes(handle.UniqueKey);
        byte[] topic = Encoding.UTF8.GetBytes(handle.Topic);
        foreach (long position in _store!.Index.Find(ScheduleTopic, key, 0, long.MaxValue, MaxRecallCandidates))
        {
            if (TryRecall(position, topic, key, out first, out SendResult result))
                return result;
        }

        return SendResult.Refused(
            ResponseCode.SystemError,
            $"No message '{handle.UniqueKey}' of '{handle.Topic}' waits here: it was delivered, or called back "
            + "before.");
    }

    private bool TryRecall(
        long position, ReadOnlySpan<byte> topic, ReadOnlySpan<byte> key, out long first, out SendResult result)
    {
        first = -1;
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
            if (!isWanted || !_timers.TryTake(position, out TimerEntry entry))
                return false;

            first = ParkedMessage.FirstOf(record.Properties, position);
            result = Append(
                ScheduleTopic,
                new MessageDraft
                {
                    Topic = ScheduleTopic,
                    QueueId = record.QueueId,
                    Body = [],

                    // Which message it was, too: its id may be published again, also after a crash.
                    Properties = ParkedMessage.Recall(record.Properties, position, topic, key),
                    BornTimestamp = Now,
                    BornHost = _identity.StoreHost,
                    StoreHost = _identity.StoreHost,
                },
                waitsForFlush: true);
            if (!result.IsStored)
                _timers.PutBack(entry);
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

        long wakeAt = Math.Min(parked.DueMilliseconds, record.StoreTimestamp + _rollAfterMilliseconds);
        if (_timers.Add(new TimerEntry(wakeAt, record.PhysicalOffset), record.PhysicalOffset))
            Signal.Set();
    }

    /// <summary>Delivers a message, puts it off or gives it up; false when no message can be delivered now.</summary>
    private bool TryDeliver(TimerEntry entry)
    {
        if (!_store!.Log.TryRead(entry.PhysicalOffset, out RecordLease lease))
        {
            _logger.DelayedMessageLost(entry.PhysicalOffset, "it is no longer kept");
            _timers.Forget(entry);
            return true;
        }

        using (lease)
        {
            RecordDefect defect = RecordView.TryRead(lease.Bytes, out RecordView record);
            if (defect != RecordDefect.None || !ParkedMessage.TryRead(record.Properties, out ParkedMessage parked))
            {
                _logger.DelayedMessageLost(entry.PhysicalOffset, "it cannot be read");
                _timers.Forget(entry);
                return true;
            }

            SendResult result = parked.DueMilliseconds > Now ? Roll(record, parked) : Deliver(record, parked);
            if (result.Code is ResponseCode.SystemBusy or ResponseCode.ServiceNotAvailable)
            {
                _logger.DeliveriesWait(entry.PhysicalOffset, result.Problem!);
                return false;
            }

            if (!result.IsStored)
                PutOff(entry, result.Problem!);
            return true;
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
        _timers.PutBack(entry with { DueMilliseconds = Now + PutOffMilliseconds });
    }
}

using System.Text;
using Microsoft.Extensions.Logging;
using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Broker.Diagnostics;
using OrleansMq.Broker.Nodes;
using OrleansMq.Broker.Topics;
using OrleansMq.Messages.Records;
using OrleansMq.Storage;
using OrleansMq.Storage.CommitLogs;
using OrleansMq.Storage.ConsumeQueues;
using OrleansMq.Storage.Workers;

namespace OrleansMq.Broker.Tracing;

/// <summary>
/// Notes who was given which messages and who acknowledged which, and stores the notes in a topic of the broker's own,
/// one record a second at most, so that they are kept, expire and are recovered like messages. A broker that is killed
/// loses the notes of its last second; a note that finds no room is dropped and counted, and keeps nobody waiting.
/// Thread-safe.
/// </summary>
public sealed class DeliveryJournal : IStoreWorker
{
    private const long ReportEveryMilliseconds = 60_000;

    private static readonly byte[] Topic = Encoding.ASCII.GetBytes(SystemTopics.Deliveries);

    private readonly Lock _lock = new();
    private readonly TracingOptions _options;
    private readonly PendingDeliveries _pending;
    private readonly MessageStore _store;
    private readonly BrokerIdentity _identity;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Action _pump;
    private readonly bool _isOn;
    private long _dropped;
    private long _reportedDropped;
    private long _reportedAtMilliseconds;

    internal DeliveryJournal(
        TracingOptions options, MessageStore store, BrokerIdentity identity, TimeProvider time, ILogger logger,
        Action pump)
    {
        _options = options;
        _isOn = options.Deliveries;
        _pending = new PendingDeliveries(options.MaxPendingDeliveries);
        _store = store;
        _identity = identity;
        _time = time;
        _logger = logger;
        _pump = pump;
    }

    /// <inheritdoc/>
    public string Name => "omq-deliveries";

    /// <inheritdoc/>
    public WorkerSignal Signal { get; } = new();

    private long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>How many notes found no room, or could not be stored.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Notes that a client was given messages of a queue.</summary>
    /// <param name="group">Its group.</param>
    /// <param name="client">Its id, or its address.</param>
    /// <param name="topic">The topic.</param>
    /// <param name="queueId">The queue.</param>
    /// <param name="from">The first message.</param>
    /// <param name="to">The message behind the last one.</param>
    /// <param name="nowMilliseconds">The time, Unix milliseconds.</param>
    public void Delivered(
        string group, string client, string topic, int queueId, long from, long to, long nowMilliseconds) =>
        Note(DeliveryKind.Delivered, group, client, topic, queueId, from, to, nowMilliseconds);

    /// <summary>Notes that a client acknowledged messages of a queue.</summary>
    /// <param name="group">Its group.</param>
    /// <param name="client">Its id, or its address.</param>
    /// <param name="topic">The topic.</param>
    /// <param name="queueId">The queue.</param>
    /// <param name="from">The first message; negative for all before the last one.</param>
    /// <param name="to">The message behind the last one.</param>
    /// <param name="nowMilliseconds">The time, Unix milliseconds.</param>
    public void Acknowledged(
        string group, string client, string topic, int queueId, long from, long to, long nowMilliseconds) =>
        Note(DeliveryKind.Acknowledged, group, client, topic, queueId, Math.Max(from, -1), to, nowMilliseconds);

    /// <summary>Commits an offset, and notes it if that was news.</summary>
    public CommitStatus Commit(GroupHandle group, string client, ConsumeQueue queue, long offset)
    {
        CommitStatus status = group.CommitOfClient(queue, offset);
        if (status == CommitStatus.Committed)
            Acknowledged(group.Name, client, queue.Topic, queue.QueueId, -1, offset, Now);
        return status;
    }

    /// <inheritdoc/>
    public TimeSpan PumpOnce()
    {
        Flush();
        return _isOn ? _options.DeliveryFlushInterval : Timeout.InfiniteTimeSpan;
    }

    /// <summary>The notes that are not stored yet.</summary>
    internal DeliveryRange[] ReadPending()
    {
        lock (_lock)
            return [.. _pending.Ranges];
    }

    /// <summary>Stores what was noted since the last time.</summary>
    internal void Flush()
    {
        DeliveryRange[] taken;
        lock (_lock)
            taken = _pending.Ranges.Count == 0 ? [] : _pending.TakeAll();
        bool isStored = true;
        for (ReadOnlySpan<DeliveryRange> rest = taken; !rest.IsEmpty && isStored;)
        {
            byte[] body = DeliveryRecord.Encode(rest, _options.MaxDeliveryRecordBytes, out int count);
            isStored = Append(body);
            if (isStored)
                rest = rest[count..];
            else
                Interlocked.Add(ref _dropped, rest.Length);
        }

        if (taken.Length > 0)
            _pump();
        ReportDropped();
    }

    private void Note(
        DeliveryKind kind, string group, string client, string topic, int queueId, long from, long to,
        long nowMilliseconds)
    {
        // Who reads the notes must not make new ones for good.
        if (!_isOn || topic == SystemTopics.Deliveries)
            return;

        bool hasRoom;
        lock (_lock)
            hasRoom = _pending.Note(kind, group, client, topic, queueId, from, to, nowMilliseconds);
        if (!hasRoom)
            Interlocked.Increment(ref _dropped);
    }

    private bool Append(byte[] body)
    {
        var draft = new MessageDraft
        {
            Topic = Topic,
            QueueId = 0,
            Body = body,
            BornTimestamp = Now,
            BornHost = _identity.StoreHost,
            StoreHost = _identity.StoreHost,
        };
        AppendResult result = _store.Log.Append(_store.Queues.Get(Topic, 0), new RecordEncoder(draft));
        return result.Status == AppendStatus.Appended;
    }

    private void ReportDropped()
    {
        long dropped = Dropped;
        long now = Now;
        if (dropped == _reportedDropped || now - _reportedAtMilliseconds < ReportEveryMilliseconds)
            return;

        _logger.DeliveriesDropped(dropped - _reportedDropped, dropped);
        _reportedDropped = dropped;
        _reportedAtMilliseconds = now;
    }
}

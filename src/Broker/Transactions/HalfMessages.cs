using System.Buffers.Text;
using Microsoft.Extensions.Logging;
using OrleansMq.Broker.Diagnostics;
using OrleansMq.Broker.Metadata;
using OrleansMq.Broker.Nodes;
using OrleansMq.Broker.Sending;
using OrleansMq.Broker.Topics;
using OrleansMq.Messages.Records;
using OrleansMq.Protocol.Codes;
using OrleansMq.Storage;
using OrleansMq.Storage.CommitLogs;
using OrleansMq.Storage.Dispatching;
using OrleansMq.Storage.Retention;

namespace OrleansMq.Broker.Transactions;

/// <summary>
/// The transactions of a broker: stores half messages, ends them once, and remembers which are not over. Thread-safe.
/// </summary>
/// <remarks>
/// <see cref="TransactionTable"/> is an index over the log like any other. A half message adds an entry; the message
/// that comes out of it, or the record of its rollback, removes it. So whatever happens between two steps, the log
/// either has the end or has not, and after a crash the dispatcher brings back exactly what is undecided.
/// </remarks>
public sealed class HalfMessages : IDispatchTarget, IRecordHolder
{
    private const long SnapshotIntervalMilliseconds = 2_000;
    private const int EndLocks = 64;

    private readonly Lock _lock = new();

    /// <summary>
    /// One transaction's ends wait for each other, so that the second knows whether the first could be stored. Taken
    /// before <see cref="_lock"/>, which the dispatcher needs while the log is appended to.
    /// </summary>
    private readonly Lock[] _endLocks = [.. Enumerable.Range(0, EndLocks).Select(_ => new Lock())];

    /// <summary>The ends that are stored but were not dispatched yet.</summary>
    private readonly Dictionary<long, SendResult> _ending = [];
    private readonly TransactionTable _table;
    private readonly IndexSnapshot _snapshot;
    private readonly TransactionOptions _options;
    private readonly BrokerIdentity _identity;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private MessageStore? _store;
    private TopicCatalog? _topics;

    internal HalfMessages(
        TransactionOptions options, IMetadataFiles files, BrokerIdentity identity, TimeProvider time, ILogger logger)
    {
        _options = options;
        _table = new TransactionTable(options);
        _snapshot = new IndexSnapshot(files, TransactionSnapshot.Name, _lock);
        _identity = identity;
        _time = time;
        _logger = logger;
        LoadSnapshot();
    }

    /// <inheritdoc/>
    public long DurableUntil => _snapshot.DurableUntil;

    /// <summary>How many transactions are not over, parked ones included.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _table.Count;
        }
    }

    /// <summary>Called when there is a producer to be asked, now or later, so that somebody watches the time.</summary>
    internal Action CheckAhead { get; set; } = static () => { };

    /// <inheritdoc/>
    public string Subject => "Transactions that are not over";

    /// <summary>
    /// The oldest half message that is not parked; for those that are, the store's retention is the time to decide.
    /// </summary>
    public long NeededFrom
    {
        get
        {
            lock (_lock)
            {
                return (from half in _table.Halves
                        where half.State != TransactionState.Parked
                        select half.PhysicalOffset).Append(long.MaxValue).Min();
            }
        }
    }

    private static SendResult Done => new(ResponseCode.Success, null, default, -1, false);

    private long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>The transactions that are not over, the oldest first.</summary>
    public IReadOnlyList<HalfMessage> List()
    {
        lock (_lock)
            return [.. _table.Halves.Select(_table.WithClaim).OrderBy(half => half.PhysicalOffset)];
    }

    /// <summary>One that is not over, by its half message's position; or null.</summary>
    public HalfMessage? Find(long physicalOffset)
    {
        lock (_lock)
            return _table.Find(physicalOffset);
    }

    /// <summary>
    /// Commits a transaction or rolls it back, be it parked or not. Whatever comes twice, late or against what was
    /// decided changes nothing: the result is a success, as durable as that of the first, or a refusal that says what
    /// was decided.
    /// </summary>
    /// <param name="physicalOffset">Where the half message stands.</param>
    /// <param name="queueOffset">Its place in the queue of half messages, or null not to compare it.</param>
    /// <param name="producerGroup">The group of its producer, or null for an operator.</param>
    /// <param name="outcome">How it ends.</param>
    public SendResult End(
        long physicalOffset, long? queueOffset, string? producerGroup, TransactionOutcome outcome)
    {
        if (!_store!.Log.TryRead(physicalOffset, out RecordLease lease))
            return NotFound(physicalOffset);

        using (lease)
        {
            bool isHalf = RecordView.TryRead(lease.Bytes, out RecordView half) == RecordDefect.None
                && half.Verify(physicalOffset, _store.Options.RequireRecordChecksums) == RecordDefect.None
                && HalfRecords.IsHalf(half)
                && (queueOffset is null || half.QueueOffset == queueOffset);
            if (!isHalf)
                return NotFound(physicalOffset);

            string owner = HalfRecords.TextOf(half.Properties, Messages.Properties.PropertyNames.ProducerGroup);
            return producerGroup is not null && producerGroup != owner
                ? SendResult.Refused(
                    ResponseCode.SystemError,
                    $"The half message belongs to the producer group '{owner}', not to '{producerGroup}'.")
                : End(half, outcome);
        }
    }

    /// <summary>Has the producer of a parked transaction asked again, from the first check on.</summary>
    /// <param name="physicalOffset">Where the half message stands, or the copy that was parked.</param>
    public SendResult Resume(long physicalOffset)
    {
        long half = HalfOf(physicalOffset);
        return Find(half) is { State: TransactionState.Parked }
            ? AppendOperation(HalfOperation.Resumed, half, 0, [], waitsForFlush: true)
            : SendResult.Refused(
                ResponseCode.SystemError,
                $"No transaction is parked whose half message stands at {half}; it may be over.");
    }

    /// <inheritdoc/>
    public void Dispatch(in DispatchedRecord record)
    {
        if (record.TransactionFrom.IsEmpty)
        {
            if (record.Record.Topic.SequenceEqual(HalfRecords.HalfTopic) && HalfRecords.IsHalf(record.Record))
                Prepare(record.PhysicalOffset, record.StoreTimestamp, record.Record.Properties);
        }
        else if (Utf8Parser.TryParse(record.TransactionFrom, out long from, out _))
        {
            lock (_lock)
            {
                if (Apply(from, record))
                    _snapshot.Changed();
            }
        }
    }

    /// <inheritdoc/>
    public Action? PrepareDurable(long dispatchedUntil)
    {
        // What was stored but not dispatched yet is known here already, and comes again.
        lock (_lock)
        {
            return _snapshot.Prepare(dispatchedUntil, Now, SnapshotIntervalMilliseconds, () =>
                TransactionSnapshot.Encode(
                    dispatchedUntil, [.. _table.Halves.Where(half => half.PhysicalOffset < dispatchedUntil)]));
        }
    }

    /// <summary>
    /// Nothing: its position is what a half message is known by. It is over, or parked, by <c>MaxAge</c> at the latest.
    /// </summary>
    public void MoveAbove(long position)
    {
    }

    /// <summary>Connects to the store, which was opened with this as one of its targets.</summary>
    /// <remarks>
    /// If files at the end of the log were given up, the snapshot knows half messages that are not there: another one
    /// may come to stand at the same position.
    /// </remarks>
    internal void Attach(MessageStore store, TopicCatalog topics)
    {
        _store = store;
        _topics = topics;
        ForgetLost();
    }

    /// <summary>
    /// Forgets the half messages that the log no longer has, be they expired or given up with its end.
    /// </summary>
    internal void ForgetLost()
    {
        int count;
        lock (_lock)
        {
            count = _table.ForgetOutside(_store!.Log.MinOffset, _store.Log.AppendedUntil);
            if (count > 0)
                _snapshot.Changed();
        }

        if (count > 0)
            _logger.HalfMessagesExpired(count);
    }

    /// <summary>Stores a half message. The caller has checked topic, queue and sizes.</summary>
    internal SendResult Prepare(TopicHandle topic, scoped MessageDraft draft, bool waitsForFlush)
    {
        if (Count >= _options.MaxOpen)
        {
            return SendResult.Refused(
                ResponseCode.SystemBusy,
                $"{_options.MaxOpen} transactions are not over, the most there may be; end some, parked ones too, or "
                + $"raise {TransactionOptions.Section}:{nameof(TransactionOptions.MaxOpen)}.");
        }

        byte[] properties = HalfRecords.Prepare(draft.Properties, topic.Utf8Name, draft.QueueId);
        if (properties.Length > RecordEncoder.MaxPropertiesBytes)
        {
            return SendResult.Refused(
                ResponseCode.MessageIllegal, "The properties of the half message are too long.");
        }

        int queueId = draft.QueueId;
        draft = draft.For(HalfRecords.HalfTopic, 0, properties)
            .With(draft.SystemFlags & ~SystemFlags.TransactionRollback, 0);
        SendResult result = Append(draft, waitsForFlush);
        if (result.IsStored)
            Prepare(result.Append.PhysicalOffset, result.Append.StoreTimestamp, properties);

        // The sender is told the queue it chose: where the message waits is the broker's business.
        return result with
        {
            QueueId = queueId,
            TransactionId = HalfRecords.TextOf(properties, Messages.Properties.PropertyNames.UniqueKey),
        };
    }

    /// <summary>When the next producer is to be asked, Unix milliseconds, or null.</summary>
    internal long? NextCheck
    {
        get
        {
            lock (_lock)
                return _table.NextCheck;
        }
    }

    /// <summary>See <see cref="TransactionTable.TakeDue"/>.</summary>
    internal IReadOnlyList<HalfMessage> TakeDue(long nowMilliseconds, int maxCount)
    {
        lock (_lock)
            return _table.TakeDue(nowMilliseconds, maxCount);
    }

    /// <summary>See <see cref="TransactionTable.IsGivenUp"/>.</summary>
    internal bool IsGivenUp(HalfMessage half, long nowMilliseconds)
    {
        lock (_lock)
            return _table.IsGivenUp(half, nowMilliseconds);
    }

    /// <summary>Notes, before a producer is asked, that it is.</summary>
    internal SendResult NoteCheck(HalfMessage half)
    {
        SendResult noted = AppendOperation(
            HalfOperation.Checked, half.PhysicalOffset, half.Checks + 1, [], waitsForFlush: false);
        return CountAtOnce(
            noted, () => _table.Checked(half.PhysicalOffset, half.Checks + 1, noted.Append.StoreTimestamp));
    }

    /// <summary>Stores the copy that operators find, and with it that nobody is asked any more.</summary>
    internal SendResult Park(RecordView half)
    {
        byte[] properties = HalfRecords.Park(half);
        if (properties.Length > RecordEncoder.MaxPropertiesBytes)
            return SendResult.Refused(ResponseCode.MessageIllegal, "The parked message's properties are too long.");

        long position = half.PhysicalOffset;
        MessageDraft copy = MessageDraft.CopyOf(half, HalfRecords.ParkedTopic, 0, properties, _identity.StoreHost, 0);
        return CountAtOnce(Append(copy, waitsForFlush: false), () => _table.Park(position));
    }

    /// <summary>The next check must know, though under sync flush this is dispatched only once on disk.</summary>
    private SendResult CountAtOnce(SendResult stored, Func<bool> apply)
    {
        lock (_lock)
        {
            if (stored.IsStored && apply())
                _snapshot.Changed();
        }

        return stored;
    }

    /// <summary>Forgets a half message that the log no longer has.</summary>
    internal void Forget(long physicalOffset)
    {
        lock (_lock)
        {
            if (_table.Forget(physicalOffset))
                _snapshot.Changed();
        }
    }

    private SendResult End(RecordView half, TransactionOutcome outcome)
    {
        lock (_endLocks[(int)((ulong)half.PhysicalOffset / 8 % EndLocks)])
            return EndAlone(half, outcome);
    }

    private SendResult EndAlone(RecordView half, TransactionOutcome outcome)
    {
        EndStatus status;
        SendResult first;
        lock (_lock)
        {
            status = _table.Begin(half.PhysicalOffset, outcome);
            first = _ending.GetValueOrDefault(half.PhysicalOffset, Done);
        }

        return status switch
        {
            EndStatus.Begun => Store(half, outcome),

            // Whether the first one is on a disk that failed since, nobody knows.
            EndStatus.Same when _store!.Log.Failure is not null =>
                SendResult.Of(AppendResult.Refused(AppendStatus.Sealed), 0, false),
            EndStatus.Same => first,
            EndStatus.Contradicted => SendResult.Refused(
                ResponseCode.SystemError,
                outcome == TransactionOutcome.Committed
                    ? "The transaction was rolled back already; nothing changes."
                    : "The transaction was committed already; nothing changes."),

            // Whether it is over shows only when the log was read to its end.
            _ when half.PhysicalOffset >= _store!.Dispatcher.DispatchedUntil => SendResult.Refused(
                ResponseCode.SystemBusy,
                "The broker has not read its log to the end yet, since its disk is full. Free or add space, and say "
                + "it again."),
            _ => Done,
        };
    }

    private SendResult Store(RecordView half, TransactionOutcome outcome)
    {
        SendResult result = outcome == TransactionOutcome.Committed
            ? Commit(half)
            : AppendOperation(
                HalfOperation.RolledBack, half.PhysicalOffset, 0, HalfRecords.TextOf(half.QueueOffset),
                waitsForFlush: true);
        lock (_lock)
        {
            if (!result.IsStored)
                _table.GiveUp(half.PhysicalOffset);
            else if (_table.Find(half.PhysicalOffset) is not null)
                _ending[half.PhysicalOffset] = result;
        }

        return result;
    }

    private long HalfOf(long physicalOffset)
    {
        if (!_store!.Log.TryRead(physicalOffset, out RecordLease lease))
            return physicalOffset;

        using (lease)
        {
            return RecordView.TryRead(lease.Bytes, out RecordView record) == RecordDefect.None
                && HalfRecords.TryReadParkedFrom(record, out long half) ? half : physicalOffset;
        }
    }

    private SendResult Commit(RecordView half)
    {
        ReadOnlySpan<byte> name = HalfRecords.DestinationOf(half, out int queueId);
        TopicHandle? topic = _topics!.Find(name);
        if (topic is null)
        {
            return SendResult.Refused(
                ResponseCode.TopicNotExist,
                $"The topic '{System.Text.Encoding.UTF8.GetString(name)}' was deleted meanwhile; create it again, or "
                + "roll the transaction back.");
        }

        queueId %= Math.Max(topic.Config.WriteQueues, 1);
        MessageDraft draft = MessageDraft.CopyOf(
            half, topic.Utf8Name, queueId, HalfRecords.Commit(half), _identity.StoreHost, half.ReconsumeTimes);
        return Append(
            draft.With(draft.SystemFlags | SystemFlags.TransactionCommit, half.PhysicalOffset), waitsForFlush: true);
    }

    private SendResult AppendOperation(
        HalfOperation operation, long physicalOffset, int checks, ReadOnlySpan<byte> body, bool waitsForFlush) =>
        Append(
            new MessageDraft
            {
                Topic = HalfRecords.OperationTopic,
                QueueId = 0,
                Body = body,
                Properties = HalfRecords.Operation(operation, physicalOffset, checks),
                BornTimestamp = Now,
                BornHost = _identity.StoreHost,
                StoreHost = _identity.StoreHost,
            },
            waitsForFlush);

    private SendResult Append(scoped MessageDraft draft, bool waitsForFlush)
    {
        AppendResult result = _store!.Log.Append(
            _store.Queues.Get(draft.Topic, draft.QueueId), new RecordEncoder(draft));
        return SendResult.Of(
            result, draft.QueueId, waitsForFlush && _store.Log.MustAwaitFlush(result.StoreTimestamp));
    }

    private void Prepare(long physicalOffset, long storedMilliseconds, ReadOnlySpan<byte> properties)
    {
        long immunity = HalfRecords.ImmunityMilliseconds(properties)
            ?? (long)_options.FirstCheckAfter.TotalMilliseconds;
        lock (_lock)
        {
            if (!_table.Prepare(physicalOffset, storedMilliseconds, immunity))
                return;

            _snapshot.Changed();
        }

        CheckAhead();
    }

    private bool Apply(long from, in DispatchedRecord record)
    {
        bool isOperation = record.Record.Topic.SequenceEqual(HalfRecords.OperationTopic)
            || record.Record.Topic.SequenceEqual(HalfRecords.ParkedTopic);
        if (!isOperation)
            return End(from, TransactionOutcome.Committed);

        return HalfRecords.ReadOperation(record.Record, out int checks) switch
        {
            HalfOperation.RolledBack => End(from, TransactionOutcome.RolledBack),
            HalfOperation.Checked => _table.Checked(from, checks, record.StoreTimestamp),
            HalfOperation.Parked => _table.Park(from),
            HalfOperation.Resumed => Resume(from, record.StoreTimestamp),
            _ => false,
        };
    }

    private bool End(long from, TransactionOutcome outcome)
    {
        _ending.Remove(from);
        return _table.End(from, outcome);
    }

    private bool Resume(long from, long atMilliseconds)
    {
        bool isResumed = _table.Resume(from, atMilliseconds);
        if (isResumed)
            CheckAhead();
        return isResumed;
    }

    private void LoadSnapshot()
    {
        if (_snapshot.TryRead() is not { } content)
            return;

        if (!TransactionSnapshot.TryDecode(content, out IReadOnlyList<HalfMessage>? halves, out string? problem))
        {
            _logger.TransactionSnapshotUnusable(problem);
            return;
        }

        foreach (HalfMessage half in halves)
            _table.Restore(half);
        _snapshot.Loaded();
    }

    private static SendResult NotFound(long position) => SendResult.Refused(
        ResponseCode.SystemError, $"No such half message stands at {position} in the log; it may have expired.");
}

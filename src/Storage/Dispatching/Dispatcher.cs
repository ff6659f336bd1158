using System.Buffers.Text;
using System.Text;
using Microsoft.Extensions.Logging;
using OrleansMq.Messages.Properties;
using OrleansMq.Messages.Records;
using OrleansMq.Messages.Topics;
using OrleansMq.Storage.CommitLogs;
using OrleansMq.Storage.ConsumeQueues;
using OrleansMq.Storage.Diagnostics;
using OrleansMq.Storage.Files;
using OrleansMq.Storage.Recovery;

namespace OrleansMq.Storage.Dispatching;

/// <summary>Walks confirmed records into the consume queues and the other indexes.</summary>
/// <remarks>
/// Whoever appended or flushed calls <see cref="Pump"/> on its own thread: what was just written is still in the
/// processor's cache, and no other thread has to be woken. One pump runs at a time; a caller that comes second leaves,
/// and the first sees its records. Invariant: dispatched ≤ confirmed.
/// </remarks>
public sealed class Dispatcher
{
    private static readonly byte[] ScheduleTopic = Encoding.ASCII.GetBytes(TopicNames.Schedule);

    private readonly CommitLog _log;
    private readonly StoreOptions _options;
    private readonly ConsumeQueueTable _queues;
    private readonly DamageList _damages;
    private readonly LogScanner _scanner;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();

    private IDispatchTarget[] _targets = [];
    private IArrivalListener? _listener;
    private long _dispatchedUntil;
    private long _handedUntil;
    private int _handedTo;

    internal Dispatcher(
        CommitLog log, StoreOptions options, ConsumeQueueTable queues, DamageList damages, ILogger logger)
    {
        _log = log;
        _options = options;
        _queues = queues;
        _damages = damages;
        _scanner = new LogScanner(log, options);
        _logger = logger;
    }

    /// <summary>All below has its consume queue, index and timer entries.</summary>
    public long DispatchedUntil => Volatile.Read(ref _dispatchedUntil);

    /// <summary>Gaps that were found in queue offsets since the store was opened.</summary>
    internal int Gaps { get; private set; }

    /// <summary>Records below were not read by recovery, and are verified before they are believed.</summary>
    internal long VerifyUntil { get; set; }

    /// <summary>
    /// What recovery has left to do if it had to wait for space. Called while nothing is dispatched, before appends are
    /// accepted.
    /// </summary>
    internal Action CaughtUp { get; set; } = static () => { };

    internal IReadOnlyList<IDispatchTarget> Targets => _targets;

    /// <summary>
    /// Dispatches all that is confirmed; returns at once when another thread is doing so, and for good once the store
    /// is sealed: an index that failed half way must not be given more. One that finds no space has taken in nothing,
    /// or says itself what: everything waits until <see cref="Resume"/>.
    /// </summary>
    public void Pump()
    {
        while (DispatchedUntil < _log.ConfirmedUntil && CanDispatch && _lock.TryEnter())
        {
            try
            {
                // A log that is closed has no more to read.
                if (!CanDispatch || !DispatchConfirmed())
                    return;
            }
            catch (StoreIOException cause) when (cause.IsDiskFull)
            {
                _log.IsIndexingStalled = true;
                _log.WakePreparer();
                return;
            }
            catch (StoreIOException cause)
            {
                _log.Seal(cause);
                return;
            }
            finally
            {
                _lock.Exit();
            }
        }
    }

    /// <summary>
    /// Dispatches all that is confirmed as of now, waiting for another thread that is doing so; returns early when the
    /// store is sealed or the indexes wait for space.
    /// </summary>
    public void CatchUp()
    {
        long until = _log.ConfirmedUntil;
        while (DispatchedUntil < until && CanDispatch)
        {
            Pump();
            lock (_lock)
            {
                // Whoever was at it is done.
            }
        }
    }

    /// <summary>Goes on where there was no space; appends are accepted again when all is dispatched.</summary>
    /// <exception cref="StoreIOException">There still is none, or the disk failed.</exception>
    internal void Resume()
    {
        lock (_lock)
        {
            while (DispatchedUntil < _log.ConfirmedUntil && _log.Failure is null && DispatchConfirmed())
            {
                // More may have been confirmed meanwhile.
            }

            if (DispatchedUntil < _log.ConfirmedUntil)
                return;

            CaughtUp();
            CaughtUp = static () => { };
            _log.IsIndexingStalled = false;
        }
    }

    internal void Add(IDispatchTarget target) => _targets = [.. _targets, target];

    /// <summary>Sets who is told of new messages.</summary>
    public void Listen(IArrivalListener listener) => _listener = listener;

    /// <summary>Sets where dispatching goes on from.</summary>
    internal void Reset(long position)
    {
        _dispatchedUntil = position;
        Gaps = 0;
    }

    /// <summary>Runs a function while nothing is dispatched.</summary>
    internal T WhilePaused<T>(Func<long, T> read)
    {
        lock (_lock)
            return read(_dispatchedUntil);
    }

    private bool CanDispatch => _log.Failure is null && !_log.IsIndexingStalled;

    private bool DispatchConfirmed()
    {
        long confirmed = _log.ConfirmedUntil;
        long start = _dispatchedUntil;
        long position = start;
        while (position < confirmed && _log.TryRead(position, out RecordLease lease))
        {
            using (lease)
                position = DispatchFrom(lease.Bytes, position, confirmed);
        }

        return position > start;
    }

    /// <summary>
    /// Dispatches the records in bytes that lie at a position; returns the position behind the last one.
    /// </summary>
    private long DispatchFrom(ReadOnlySpan<byte> bytes, long position, long confirmed)
    {
        while (position < confirmed && !bytes.IsEmpty)
        {
            RecordDefect defect = RecordView.TryRead(bytes, out RecordView record);
            if (defect == RecordDefect.None && position < VerifyUntil)
                defect = record.Verify(position, _options.RequireRecordChecksums);
            long end = defect switch
            {
                RecordDefect.None => position + record.Bytes.Length,
                RecordDefect.Blank => _log.NextSegmentStart(position),
                _ => position,
            };
            if (_damages.TryGetEnd(position, out long damageEnd))
                end = damageEnd;
            else if (defect == RecordDefect.None)
                Dispatch(new DispatchedRecord(record));
            else if (defect != RecordDefect.Blank)
                end = SkipDamage(position, defect, confirmed);

            Volatile.Write(ref _dispatchedUntil, end);
            if (end - position >= bytes.Length)
                return end;
            bytes = bytes[(int)(end - position)..];
            position = end;
        }

        return position;
    }

    private void Dispatch(in DispatchedRecord record)
    {
        ConsumeQueue queue = _queues.Get(record.Record.Topic, record.Record.QueueId);
        long offset = record.Record.QueueOffset;
        long tagsCode = TagsCodeOf(record);
        if (queue.Put(offset, new ConsumeQueueEntry(record.PhysicalOffset, record.Record.Bytes.Length, tagsCode)))
        {
            Gaps++;
            _logger.QueueGap(queue.Topic, queue.QueueId, offset);
        }

        // Rebuilding the queues walks over records that the targets were given before.
        if (record.PhysicalOffset < _handedUntil)
            return;

        // A target that found no space is the first to be given the record once more.
        for (; _handedTo < _targets.Length; _handedTo++)
            _targets[_handedTo].Dispatch(record);
        _handedTo = 0;
        _handedUntil = record.EndOffset;
        _listener?.OnArrival(queue, offset, tagsCode);
    }

    private static long TagsCodeOf(in DispatchedRecord record)
    {
        bool isWaiting = !record.DueTime.IsEmpty && record.Record.Topic.SequenceEqual(ScheduleTopic);
        if (isWaiting && Utf8Parser.TryParse(record.DueTime, out long due, out int consumed)
            && consumed == record.DueTime.Length)
        {
            return due;
        }

        return record.Tags.IsEmpty ? 0 : TagHash.Compute(record.Tags);
    }

    /// <summary>A record went bad after it was written or recovered: report it and go on behind it.</summary>
    private long SkipDamage(long position, RecordDefect defect, long confirmed)
    {
        long end = _scanner.FindNextValid(position + 1, confirmed);
        _damages.Add(position, end);
        _logger.DamagedRange(position, end, defect);
        return end;
    }
}

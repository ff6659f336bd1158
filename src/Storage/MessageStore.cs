using Microsoft.Extensions.Logging;
using OrleansMq.Storage.Checkpoints;
using OrleansMq.Storage.CommitLogs;
using OrleansMq.Storage.Confirmations;
using OrleansMq.Storage.ConsumeQueues;
using OrleansMq.Storage.Diagnostics;
using OrleansMq.Storage.Dispatching;
using OrleansMq.Storage.Files;
using OrleansMq.Storage.Indexes;
using OrleansMq.Storage.Reading;
using OrleansMq.Storage.Recovery;
using OrleansMq.Storage.Retention;
using OrleansMq.Storage.Workers;

namespace OrleansMq.Storage;

/// <summary>The store of one broker: its commit log, what indexes it, and the workers that look after both.</summary>
/// <remarks>
/// <code>
/// DIRECTORY/
///   lock                          held by the process that has the store open
///   abort                         there while it is open: left behind by an unclean stop
///   checkpoint                    what is known to be on disk
///   queueends                     how far each queue had come
///   commitlog/00000000000000000000
///   consumequeue/TOPIC/QUEUE/00000000000000000000
///   index/20260102030405678
/// </code>
/// The caller runs the <see cref="Workers"/>, each on a <see cref="WorkerThread"/> or step by step, and calls
/// <see cref="Dispatcher.Pump"/> after appending.
/// </remarks>
public sealed class MessageStore : IDisposable
{
    private const string LockName = "lock";
    private const string AbortName = "abort";

    private readonly IStoreFileSystem _files;
    private readonly StoreOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly IDisposable _lock;
    private readonly CheckpointFile _checkpoint;
    private readonly Checkpointer _checkpointer;
    private readonly Flusher _flusher;
    private readonly Cleaner _cleaner;
    private bool _isDisposed;

    private MessageStore(
        IStoreFileSystem files, StoreOptions options, TimeProvider time, ILogger logger, IDisposable storeLock)
    {
        _files = files;
        _options = options;
        _time = time;
        _logger = logger;
        _lock = storeLock;
        string logDirectory = Path.Combine(options.Directory, "commitlog");
        var logFiles = new LogFiles(files, logDirectory, options.CommitLogFileBytes);
        LogSegment[] segments = LogDirectory.Open(files, logDirectory, options.CommitLogFileBytes, logFiles);
        Log = new CommitLog(logFiles, options, time, segments);
        Queues = new ConsumeQueueTable(files, options, Log, Path.Combine(options.Directory, "consumequeue"), logger);
        Index = new MessageIndex(files, options, time, Path.Combine(options.Directory, "index"));
        Dispatcher = new Dispatcher(Log, options, Queues, Damages, logger);
        Dispatcher.Add(Index);
        Reader = new QueueReader(Log, options, Damages, logger);
        Confirmations = new ConfirmationQueue(Log);
        _checkpoint = new CheckpointFile(files, options.Directory);
        _checkpointer = new Checkpointer(files, Log, Queues, Index, Dispatcher, _checkpoint, options, time);
        _flusher = new Flusher(Log, Dispatcher, Confirmations, options, time);
        var preparer = new LogPreparer(Log, Dispatcher, options, time, logger)
        {
            Dispatched = () => _flusher.Confirmed(),
        };
        var timer = new ConfirmationTimer(Confirmations, time);
        _cleaner = new Cleaner(files, Log, Queues, Index, _checkpointer, options, time, logger);
        Workers = [preparer, _flusher, _checkpointer, _cleaner, timer];

        Log.Sealed = cause =>
        {
            logger.Sealed(cause);
            _flusher.Signal.Set();
        };
        Log.WakePreparer = preparer.Signal.Set;
        Log.WakeFlusher = _flusher.Signal.Set;
        Confirmations.WakeFlusher = _flusher.Signal.Set;
        Confirmations.WakeTimer = timer.Signal.Set;
        Queues.WhilePaused = act => Dispatcher.WhilePaused(_ =>
        {
            act();
            return true;
        });
        _flusher.Flushed = _checkpointer.WakeIfIdle;
    }

    /// <summary>The options the store was opened with.</summary>
    public StoreOptions Options => _options;

    /// <summary>The log of all records.</summary>
    public CommitLog Log { get; }

    /// <summary>The queues.</summary>
    public ConsumeQueueTable Queues { get; }

    /// <summary>Messages by key.</summary>
    public MessageIndex Index { get; }

    /// <summary>Feeds the queues and indexes from the log.</summary>
    public Dispatcher Dispatcher { get; }

    /// <summary>Reads messages out of queues.</summary>
    public QueueReader Reader { get; }

    /// <summary>Sends that wait for the disk.</summary>
    public ConfirmationQueue Confirmations { get; }

    /// <summary>Parts of the log that cannot be read.</summary>
    public DamageList Damages { get; } = new();

    /// <summary>The background work.</summary>
    public IReadOnlyList<IStoreWorker> Workers { get; }

    /// <summary>Space on the disk that holds the store.</summary>
    /// <exception cref="StoreIOException">It cannot be asked.</exception>
    public DiskSpace DiskSpace => _files.GetDiskSpace(_options.Directory);

    /// <summary>
    /// When the oldest record that is kept was stored, Unix milliseconds; −1 when there is none or it cannot be read.
    /// </summary>
    public long EarliestTimestamp
    {
        get
        {
            if (!Log.TryRead(Log.MinOffset, out RecordLease lease))
                return -1;
            using (lease)
            {
                return Messages.Records.RecordView.TryRead(lease.Bytes, out Messages.Records.RecordView record)
                    == Messages.Records.RecordDefect.None ? record.StoreTimestamp : -1;
            }
        }
    }

    /// <summary>
    /// Called by a worker when records have become visible: by the flusher under <see cref="FlushMode.Sync"/>, and when
    /// they had to wait for space. Default: pumps the dispatcher.
    /// </summary>
    public Action Confirmed
    {
        get => _flusher.Confirmed;
        set => _flusher.Confirmed = value;
    }

    /// <summary>How long each topic is kept. Default: all as long as the options say.</summary>
    public IRetentionRules Retention
    {
        get => _cleaner.Rules;
        set => _cleaner.Rules = value;
    }

    /// <summary>How full the disk was when the cleaner last looked at it, 0 to 1.</summary>
    public double DiskUsedRatio => _cleaner.DiskUsedRatio;

    /// <summary>Opens a store, recovering it if need be, or makes an empty one.</summary>
    /// <param name="files">The files.</param>
    /// <param name="options">Valid options.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Is told what was found.</param>
    /// <param name="targets">
    /// Further indexes over the log; each already knows what it has on disk. One that is an
    /// <see cref="IRecordHolder"/> keeps the records that it needs.
    /// </param>
    /// <exception cref="StoreInUseException">Another process has it open.</exception>
    /// <exception cref="StoreCorruptException">The files contradict each other.</exception>
    /// <exception cref="StoreIOException">The disk failed.</exception>
    public static MessageStore Open(
        IStoreFileSystem files, StoreOptions options, TimeProvider time, ILogger logger,
        params IDispatchTarget[] targets)
    {
        files.CreateDirectory(options.Directory, isDurable: true);
        IDisposable storeLock = files.TryLock(Path.Combine(options.Directory, LockName))
            ?? throw new StoreInUseException(options.Directory);
        MessageStore? store = null;
        try
        {
            store = new MessageStore(files, options, time, logger, storeLock);
            store.Recover(targets);
            return store;
        }
        catch
        {
            store?.Log.Close();
            store?.CloseFiles();
            storeLock.Dispose();
            throw;
        }
    }

    /// <summary>Has the worker look now for what has expired, instead of at its next time.</summary>
    public void CleanNow() => _cleaner.Signal.Set();

    /// <summary>
    /// Puts all records below a position on disk, for a file that must not know of any that a crash takes away; false
    /// when the store is sealed.
    /// </summary>
    public bool TryFlush(long until)
    {
        while (Log.FlushedUntil < until && Log.Failure is null)
            Log.FlushOnce();
        return Log.Failure is null;
    }

    /// <summary>
    /// Closes the store after its workers have stopped: everything is flushed and checkpointed, unless the store is
    /// sealed or its indexes wait for space, which leaves it for recovery.
    /// </summary>
    public void Dispose()
    {
        if (_isDisposed)
            return;

        _isDisposed = true;
        if (Log.Failure is null)
            Finish();
        Log.Close();
        Confirmations.CompleteFlushed();
        CloseFiles();
    }

    private void CloseFiles()
    {
        Queues.CloseAll();
        Index.Close();
        _checkpoint.Dispose();
        _lock.Dispose();
    }

    private void Recover(IDispatchTarget[] targets)
    {
        long started = _time.GetTimestamp();
        string abortPath = Path.Combine(_options.Directory, AbortName);
        bool isNew = !_checkpoint.WasThere && Log.MinOffset == 0 && !_files.FileExists(abortPath)
            && IsEmptyAt(0);
        bool isClean = !_files.FileExists(abortPath);
        CheckpointState? state = isNew
            ? new CheckpointState(0, 0, 0, IndexMark.None, 0)
            : _checkpoint.Read();
        if (state is null)
            _logger.CheckpointUnusable(_checkpoint.WasThere ? "damaged" : "missing");

        foreach (IDispatchTarget target in targets)
            Dispatcher.Add(target);
        _cleaner.Holders = [.. targets.OfType<IRecordHolder>()];
        _files.WriteAll(abortPath, []);
        _files.SyncDirectory(_options.Directory);
        Queues.Ends.Load();
        _checkpointer.Adopt(isNew ? null : state);
        var recovery = new StoreRecovery(_options, Log, Queues, Index, Dispatcher, _checkpointer, Damages, _logger);
        long records = recovery.Run(state, isClean);
        _checkpointer.Run(isClosing: false);
        _logger.StoreOpened(
            _options.Directory, Log.MinOffset, Log.AppendedUntil, records,
            (long)_time.GetElapsedTime(started).TotalMilliseconds,
            isNew ? "it is new" : isClean && state is not null ? "it was closed" : "it was not closed");
    }

    private bool IsEmptyAt(long position)
    {
        if (!Log.TryRead(position, out RecordLease lease))
            return true;
        using (lease)
            return Messages.Records.RecordView.TryRead(lease.Bytes, out _) == Messages.Records.RecordDefect.Empty;
    }

    private void Finish()
    {
        try
        {
            Log.FlushOnce();
            Dispatcher.Pump();
            if (Log.Failure is not null || Log.IsIndexingStalled)
                return;

            Index.MakeDurable(Dispatcher.DispatchedUntil);
            _checkpointer.Run(isClosing: true);
            if (Log.Failure is null)
                _files.Delete(Path.Combine(_options.Directory, AbortName));
        }
        catch (StoreIOException cause) when (cause.IsDiskFull)
        {
            // Left for recovery: the log is on disk.
        }
        catch (StoreIOException cause)
        {
            Log.Seal(cause);
        }
    }
}

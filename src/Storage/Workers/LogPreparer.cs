using Microsoft.Extensions.Logging;
using OrleansMq.Storage.CommitLogs;
using OrleansMq.Storage.Diagnostics;
using OrleansMq.Storage.Dispatching;
using OrleansMq.Storage.Files;

namespace OrleansMq.Storage.Workers;

/// <summary>
/// Keeps space ready ahead of the appends: the next file, and pages of the current one. When the disk has none it tries
/// again now and then, and lets the indexes go on that wait for it.
/// </summary>
internal sealed class LogPreparer(
    CommitLog log, Dispatcher dispatcher, StoreOptions options, TimeProvider time, ILogger logger) : IStoreWorker
{
    /// <summary>An attempt may take what others need for a moment.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private long _refusedAt;
    private bool _isRefused;

    public string Name => "omq-prepare";

    public WorkerSignal Signal { get; } = new();

    /// <summary>Shows consumers what was dispatched.</summary>
    public Action Dispatched { get; set; } = static () => { };

    public TimeSpan PumpOnce()
    {
        try
        {
            TimeSpan pause = Reserve();
            return log.PopulateAhead() ? TimeSpan.Zero : pause;
        }
        catch (StoreIOException cause)
        {
            log.Seal(cause);
            return Timeout.InfiniteTimeSpan;
        }
    }

    /// <summary>Returns how long to wait before the next attempt; infinitely when nothing is missing.</summary>
    private TimeSpan Reserve()
    {
        if (log.Failure is not null)
            return Timeout.InfiniteTimeSpan;
        TimeSpan sinceRefusal = time.GetElapsedTime(_refusedAt);
        if (_isRefused && sinceRefusal < Pause)
            return Pause - sinceRefusal;

        try
        {
            // The indexes first: they need less, and a log that nobody indexes must not grow.
            if (log.IsIndexingStalled)
            {
                dispatcher.Resume();
                Dispatched();
            }

            log.ReserveAhead();
        }
        catch (StoreIOException cause) when (cause.IsDiskFull)
        {
            if (!_isRefused)
                logger.NoSpace(options.Directory, cause.Message);
            _isRefused = true;
            _refusedAt = time.GetTimestamp();
            return Pause;
        }

        if (_isRefused)
            logger.DiskHasRoom(options.Directory);
        _isRefused = false;
        return Timeout.InfiniteTimeSpan;
    }
}

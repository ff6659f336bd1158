using OrleansMq.Storage.CommitLogs;
using OrleansMq.Storage.Confirmations;
using OrleansMq.Storage.Dispatching;

namespace OrleansMq.Storage.Workers;

/// <summary>
/// Flushes the log: as soon as somebody waits under <see cref="FlushMode.Sync"/>, else twice in a flush window.
/// </summary>
internal sealed class Flusher(
    CommitLog log, Dispatcher dispatcher, ConfirmationQueue confirmations, StoreOptions options, TimeProvider time)
    : IStoreWorker
{
    private readonly TimeSpan _interval = options.FlushWindow / 2;
    private long _lastStart;

    public string Name => "omq-flush";

    public WorkerSignal Signal { get; } = new();

    /// <summary>Wakes the checkpoint once there is something new on disk.</summary>
    public Action Flushed { get; set; } = static () => { };

    /// <summary>Shows consumers what was confirmed under <see cref="FlushMode.Sync"/>.</summary>
    public Action Confirmed { get; set; } = dispatcher.Pump;

    public TimeSpan PumpOnce()
    {
        bool isPaced = options.FlushMode == FlushMode.Async && !log.IsFlushOverdue;
        TimeSpan sinceStart = time.GetElapsedTime(_lastStart);
        if (isPaced && sinceStart < _interval && _lastStart != 0)
            return _interval - sinceStart;

        _lastStart = time.GetTimestamp();
        bool hasFlushed = log.FlushOnce();
        confirmations.CompleteFlushed();
        if (options.FlushMode == FlushMode.Sync)
            Confirmed();
        if (!hasFlushed)
            return Timeout.InfiniteTimeSpan;

        Flushed();
        return isPaced ? _interval : TimeSpan.Zero;
    }
}

using OrleansMq.Storage.CommitLogs;

namespace OrleansMq.Storage.Confirmations;

/// <summary>Sends that wait for a flush: many of them share one, the group commit. Thread-safe.</summary>
public sealed class ConfirmationQueue(CommitLog log)
{
    private readonly Lock _lock = new();
    private List<ConfirmationWaiter> _waiting = [];
    private bool _isWatched;
    private bool _isInUse;

    /// <summary>Runs an act that answers many waiters in a row. Set by whoever can do something once for all.</summary>
    public Action<Action> Grouping { get; set; } = static act => act();

    /// <summary>Wakes the flusher.</summary>
    internal Action WakeFlusher { get; set; } = static () => { };

    /// <summary>Wakes whoever watches the deadlines, after a time in which nobody waited.</summary>
    internal Action WakeTimer { get; set; } = static () => { };

    /// <summary>
    /// Flushes that had somebody waiting, and how many waited in all: their ratio is the size of a group.
    /// </summary>
    public (long Flushes, long Waiters) Totals { get; private set; }

    /// <summary>Waits for a record; completes at once when it is on disk already or the store is sealed.</summary>
    public void Add(ConfirmationWaiter waiter)
    {
        lock (_lock)
        {
            if (log.Failure is null && log.FlushedUntil < waiter.EndOffset)
            {
                _waiting.Add(waiter);
                WakeFlusher();
                _isInUse = true;
                if (!_isWatched)
                    WakeTimer();
                _isWatched = true;
                return;
            }
        }

        waiter.Complete(StatusIn(log.FlushedUntil, waiter));
    }

    /// <summary>Answers all whose records are on disk, or all when the store is sealed.</summary>
    internal void CompleteFlushed()
    {
        long flushedUntil = log.FlushedUntil;
        int count = log.Failure is not null
            ? Take(static (_, _) => true, 0, waiter => StatusIn(flushedUntil, waiter))
            : Take(
                static (waiter, flushed) => waiter.EndOffset <= flushed, flushedUntil,
                static _ => ConfirmationStatus.Confirmed);
        if (count > 0)
            Totals = (Totals.Flushes + 1, Totals.Waiters + count);
    }

    /// <summary>
    /// Answers all who have waited too long; returns whether the deadlines must still be watched: somebody waits, or
    /// has waited since the last call, so that a steady stream of sends does not wake the watcher for each.
    /// </summary>
    internal bool CompleteExpired(long nowMilliseconds)
    {
        Take(
            static (waiter, now) => waiter.DeadlineMilliseconds <= now, nowMilliseconds,
            static _ => ConfirmationStatus.TimedOut);
        lock (_lock)
        {
            _isWatched = _isInUse;
            _isInUse = _waiting.Count > 0;
            return _isWatched;
        }
    }

    /// <summary>What became of a record when the log is sealed.</summary>
    private static ConfirmationStatus StatusIn(long flushedUntil, ConfirmationWaiter waiter) =>
        flushedUntil >= waiter.EndOffset ? ConfirmationStatus.Confirmed : ConfirmationStatus.Failed;

    private int Take(
        Func<ConfirmationWaiter, long, bool> isTaken, long argument,
        Func<ConfirmationWaiter, ConfirmationStatus> status)
    {
        List<ConfirmationWaiter> taken;
        lock (_lock)
        {
            if (_waiting.Count == 0)
                return 0;

            var left = new List<ConfirmationWaiter>();
            taken = new List<ConfirmationWaiter>(_waiting.Count);
            foreach (ConfirmationWaiter waiter in _waiting)
                (isTaken(waiter, argument) ? taken : left).Add(waiter);
            _waiting = left;
        }

        Grouping(() =>
        {
            foreach (ConfirmationWaiter waiter in taken)
                waiter.Complete(status(waiter));
        });
        return taken.Count;
    }
}

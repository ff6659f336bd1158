namespace OrleansMq.Storage.Workers;

/// <summary>
/// Background work cut into steps. A host gives each worker a thread; a simulation calls the steps itself, in any
/// order, with its own clock.
/// </summary>
public interface IStoreWorker
{
    /// <summary>The worker's name in logs.</summary>
    string Name { get; }

    /// <summary>Wakes the worker before its time.</summary>
    WorkerSignal Signal { get; }

    /// <summary>
    /// Does what is due and returns how long to wait before the next call unless woken;
    /// <see cref="Timeout.InfiniteTimeSpan"/> until woken.
    /// </summary>
    TimeSpan PumpOnce();
}
